import { Cron } from 'croner';
import { parseInterval } from './interval.js';
import type { TimeZone } from './time-zone.js';

/** When something is done again and again. */
export interface Schedule {
  /** As it was written. */
  readonly text: string;
  /** When it is due, in epoch milliseconds, where it was last done at `last`; that may lie in the past. */
  next(last: number): number;
}

/** Reads an interval such as 15m, counted from when it last began, or a cron expression of five fields in a zone; null for anything else. */
export function parseSchedule(text: string, zone: TimeZone): Schedule | null {
  const interval = parseInterval(text);
  if (interval !== null) return { text, next: (last) => last + interval };
  try {
    const cron = new Cron(text, { mode: '5-part', timezone: zone.name, paused: true });
    // There are dates that never come, as the 31st of February.
    if (!cron.nextRun()) return null;
    return { text, next: (last) => cron.nextRun(new Date(last))?.getTime() ?? Number.POSITIVE_INFINITY };
  } catch {
    return null;
  }
}
