import { formatEpoch } from '../../../lib/date-time.js';

/** The parts of time that audits are counted in: every zone's offset since 2000 is a multiple of a quarter of an hour. */
const QUARTER_MS = 15 * 60_000;

/** Milliseconds from the beginning of the year 0 to that of 1970; no stored time is before the year 1000. */
const FROM_YEAR_0_TO_1970 = 62_167_219_200_000;

/** How many buckets, quarters of an hour in UTC, one count spans. */
export enum Width {
  /** All there are. */
  EVER = 0,
  QUARTER = 1,
  DAY = 96,
}

/** The seconds of the counts that have a beginning. */
export const secondsOf = { [Width.QUARTER]: 900, [Width.DAY]: 86_400 } as const;

/** The bucket that a time lies in, counted from the year 0. */
export function bucketOf(time: string): number {
  return Math.floor((Date.parse(time) + FROM_YEAR_0_TO_1970) / QUARTER_MS);
}

/** When a bucket begins. */
export function beginningOf(bucket: number): string {
  return formatEpoch(bucket * QUARTER_MS - FROM_YEAR_0_TO_1970);
}

/** The first bucket that begins at a time or after it. */
export function bucketFrom(time: string): number {
  return Math.ceil((Date.parse(time) + FROM_YEAR_0_TO_1970) / QUARTER_MS);
}
