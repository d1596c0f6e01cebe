const HALF_A_YEAR_MS = 182 * 86_400_000;

/**
 * The time of a date without a year, in the year that brings it nearest to `receivedAt`: on New Year's Day a line of 31
 * December is of last year, and one of a sender whose clock is ahead may be of the next. `timeIn` reads it in a year,
 * null where it does not exist there.
 */
export function nearestYear(receivedAt: number, timeIn: (year: number) => string | null): string | null {
  const year = new Date(receivedAt).getUTCFullYear();
  let nearest: string | null = null;
  let distance = Number.POSITIVE_INFINITY;
  for (const candidate of [year, year - 1, year + 1]) {
    const time = timeIn(candidate);
    if (time === null) continue;
    const its = Math.abs(Date.parse(time) - receivedAt);
    if (its < distance) [nearest, distance] = [time, its];
    if (distance < HALF_A_YEAR_MS) break;
  }
  return nearest;
}
