import { DateTimeError, formatEpoch, parseDateTime, wallClockMs } from './date-time.js';
import { quote } from './quote.js';
import type { TimeZone } from './time-zone.js';

const EPOCH_TEXT = /^\d{12,14}$/;
const WITHOUT_ZONE = /^(?:\d{4}-\d\d-\d\d[Tt ]|\d{4}\/\d\d\/\d\d )\d\d:\d\d:\d\d(?:\.\d+)?$/;

/** 12 digits, 1973, to 14 digits, 5138. What is shorter counts seconds, what is longer microseconds. */
const EPOCH_MIN = 1e11;
const EPOCH_MAX = 1e14;

/**
 * Reads a time as the sources write it: what parseDateTime reads; 'YYYY-MM-DD HH:mm:ss', with T, or with slashes, which
 * is a time in `zone`; or milliseconds since 1970, a number or 12 to 14 digits. Returns UTC as
 * 'YYYY-MM-DDTHH:mm:ss.SSSZ'. Throws DateTimeError.
 */
export function parseSourceTime(value: string | number, zone: TimeZone): string {
  if (typeof value === 'number') return formatEpoch(epoch(value));
  if (EPOCH_TEXT.test(value)) return formatEpoch(Number(value));
  if (WITHOUT_ZONE.test(value)) return formatEpoch(zone.toEpoch(wallClockMs(value)));
  return parseDateTime(value);
}

function epoch(value: number): number {
  if (value >= EPOCH_MIN && value < EPOCH_MAX) return Math.ceil(value);
  throw new DateTimeError(`${quote(String(value))} is not a time: a number is read as milliseconds since 1970`);
}
