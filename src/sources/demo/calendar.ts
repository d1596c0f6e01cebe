export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;
export const SECOND_MS = 1000;

export type DayKind = 'WORKDAY' | 'WEEKEND' | 'HOLIDAY';

/** Days are counted from 1970-01-01 in UTC. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** 'YYYY-MM-DD'. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** What a day is to those who work by the calendar: public holidays are those that most of Europe keeps. */
export function dayKind(day: number): DayKind {
  const date = new Date(day * DAY_MS);
  const year = date.getUTCFullYear();
  const easter = easterSunday(year);
  if (day === easter - 2 || day === easter + 1) return 'HOLIDAY';
  if (FIXED_HOLIDAYS.has(dayText(day).slice(5))) return 'HOLIDAY';
  const weekday = date.getUTCDay();
  return weekday === 0 || weekday === 6 ? 'WEEKEND' : 'WORKDAY';
}

const FIXED_HOLIDAYS = new Set(['01-01', '05-01', '12-24', '12-25', '12-26', '12-31']);

/** The Gregorian Easter of Meeus, "Astronomical Algorithms" (1991), chapter 8. */
function easterSunday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114;
  return Date.UTC(year, Math.floor(f / 31) - 1, (f % 31) + 1) / DAY_MS;
}
