import { parseDateTime } from '../../lib/date-time.js';
import { DAY_MS } from './calendar.js';
import type { DemoOptions } from './demo.js';

/** The half-open time that the data covers, in milliseconds since 1970. */
export interface Period {
  readonly from: number;
  readonly until: number;
}

const MAX_AUDITS = 999_999_999;
const MAX_DAYS = 36_525;
const EARLIEST = Date.UTC(1900, 0, 1);

/** The period of the options. Throws RangeError for numbers that no data can be made of, DateTimeError for `until`. */
export function periodOf(options: DemoOptions): Period {
  if (!Number.isSafeInteger(options.seed)) throw new RangeError(`seed must be a whole number, not ${options.seed}`);
  checkCount('resources', options.resources, 1, 1_000_000);
  checkCount('users', options.users, 1, 1_000_000);
  checkCount('audits', options.audits, 0, MAX_AUDITS);
  checkCount('days', options.days, 1, MAX_DAYS);
  const until = Date.parse(parseDateTime(options.until));
  const from = until - options.days * DAY_MS;
  if (from < EARLIEST)
    throw new RangeError(`the data may not begin before 1900, and would at ${new Date(from).toISOString()}`);
  return { from, until };
}

function checkCount(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${value}`);
}
