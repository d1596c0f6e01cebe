/** How long before its end the expiry of a token is warned of. */
const WARNED_MILLISECONDS = 14 * 86_400_000;

/** Whether a time, in RFC 3339, has come; never if it is null. */
export function isPast(time: string | null): boolean {
  return time !== null && Date.parse(time) <= Date.now();
}

/** Whether a token ends within two weeks. */
export function endsSoon(expiresAt: string | null): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() + WARNED_MILLISECONDS;
}

/** Says what is wrong with the time at which a new token shall expire; undefined if nothing is. */
export function expiryError(expiresAt: string | null): string | undefined {
  if (expiresAt === null) return undefined;
  const milliseconds = Date.parse(expiresAt) - Date.now();
  if (milliseconds > 0 && milliseconds <= 3_653 * 86_400_000) return undefined;
  return `a token cannot expire at ${expiresAt}: give a time in the future, at most ten years away`;
}
