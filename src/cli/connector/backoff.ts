const MAX_PAUSE_MS = 30_000;

/**
 * Milliseconds to wait before try number `tries + 1`: doubled each time, and half of it random, so that many connectors do
 * not come back at once. What the gateway asked for is waited for in any case.
 */
export function backoffMs(tries: number, baseMs: number, retryAfterMs: number | null): number {
  const ceiling = Math.min(MAX_PAUSE_MS, baseMs * 2 ** (tries - 1));
  return Math.max(retryAfterMs ?? 0, ceiling / 2 + (Math.random() * ceiling) / 2);
}
