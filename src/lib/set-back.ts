/** Milliseconds that the clocks of two machines on one database may differ by. */
const SKEW = 60_000;

/** The latest time, RFC 3339 in UTC, that may have been stored by now; a later one is from before the clock was set back. */
export function latestStored(): string {
  return new Date(Date.now() + SKEW).toISOString();
}

/** Whether a time that was stored here, RFC 3339 or in milliseconds since 1970, is from before the clock was set back. */
export function isSetBack(stored: string | number): boolean {
  return (typeof stored === 'string' ? Date.parse(stored) : stored) > Date.now() + SKEW;
}
