import { DateTimeError } from '../../lib/date-time.js';
import { occurredAtError, parseSourceTime } from '../../lib/source-time.js';
import type { TimeZone } from '../../lib/time-zone.js';

/**
 * Reads a time of a line. Without an offset it is in `zone`; one that occurs twice there is taken for the instant nearer to
 * `near`, in milliseconds since 1970. Null for a time that does not exist, or that no audit can have.
 */
export function lineTime(text: string, zone: TimeZone, near: number): string | null {
  try {
    const time = parseSourceTime(text, zone.near(near));
    return time === null || occurredAtError(time) ? null : time;
  } catch (error) {
    if (error instanceof DateTimeError) return null;
    throw error;
  }
}
