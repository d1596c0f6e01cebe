import { parseDateTime } from '../../../lib/date-time.js';
import { parseSourceTime } from '../../../lib/source-time.js';
import type { TimeZone } from '../../../lib/time-zone.js';
import { FieldFault, field, isNothing } from './field.js';
import { kindOf } from './text-field.js';

/** A time that must be there; without an offset it is one of `zone`, and refused where that is null. */
export const time = (zone: TimeZone | null) =>
  field((value) => {
    const read = readTime(value, zone);
    if (read === null) throw new FieldFault('is missing');
    return read;
  });

export const optionalTime = (zone: TimeZone | null) => field((value) => readTime(value, zone));

function readTime(value: unknown, zone: TimeZone | null): string | null {
  if (typeof value === 'number' && zone) return parseSourceTime(value, zone);
  const text = typeof value === 'string' ? value.trim() : value;
  if (isNothing(text)) return null;
  if (typeof text !== 'string') throw new FieldFault(`is ${kindOf(text)}, not a time`);
  return zone ? parseSourceTime(text, zone) : parseDateTime(text);
}
