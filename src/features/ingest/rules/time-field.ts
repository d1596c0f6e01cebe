import { quote } from '../../../lib/quote.js';
import { type LocalClock, occurredAtError, parseSourceTime } from '../../../lib/source-time.js';
import { FieldError, field, isNothing } from './field.js';
import { kindOf } from './text-field.js';

/** When an audit occurred, which must be there; without an offset it is a time of `zone`, and refused if that is null. */
export const occurredAt = (zone: LocalClock | null) =>
  field((value) => {
    const read = readTime(value, zone);
    if (read === null) throw new FieldError(isNothing(value) ? 'is missing' : whyNoTime(value));
    const error = occurredAtError(read);
    if (error) throw new FieldError(error);
    return read;
  });

/** A time, or null for what stands for none; without an offset it is a time of `zone`, and refused if that is null. */
export const optionalTime = (zone: LocalClock | null) => field((value) => readTime(value, zone));

function readTime(value: unknown, zone: LocalClock | null): string | null {
  if (typeof value === 'number' && zone) return parseSourceTime(value, zone);
  const text = typeof value === 'string' ? value.trim() : value;
  if (isNothing(text)) return null;
  if (typeof text !== 'string') throw new FieldError(`is ${kindOf(text)}, not a time`);
  return parseSourceTime(text, zone);
}

function whyNoTime(value: unknown): string {
  const text = String(value);
  if (text.trim() === '') return 'is missing';
  return `${quote(text)} stands for no time: write when it happened, like 2026-11-22T08:30:00Z`;
}
