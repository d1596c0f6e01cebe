import { registerEnumType } from 'type-graphql';

export enum ImportPeriod {
  ALL = 'ALL',
  LAST_MONTH = 'LAST_MONTH',
  LAST_3_MONTHS = 'LAST_3_MONTHS',
  LAST_6_MONTHS = 'LAST_6_MONTHS',
  LAST_YEAR = 'LAST_YEAR',
}
registerEnumType(ImportPeriod, { name: 'ImportPeriod' });

const monthsOf: Record<Exclude<ImportPeriod, ImportPeriod.ALL>, number> = {
  LAST_MONTH: 1,
  LAST_3_MONTHS: 3,
  LAST_6_MONTHS: 6,
  LAST_YEAR: 12,
};

/** When a period that ends at `now` begins: the same day and time of an earlier month in UTC, or its last day; null for ALL. */
export function beginningOf(period: ImportPeriod, now: string): string | null {
  return period === ImportPeriod.ALL ? null : monthsBefore(now, monthsOf[period]);
}

function monthsBefore(time: string, months: number): string {
  const date = new Date(time);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.toISOString();
}
