const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_MS = 2 ** 31 - 1;

/** Reads a length of time such as 30s, 15m, 1h or 1d, in milliseconds; null for anything else and beyond 24 days. */
export function parseInterval(text: string): number | null {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const ms = Number(number) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  return ms > 0 && ms <= MAX_MS ? ms : null;
}
