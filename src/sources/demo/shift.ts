import type { DayKind } from './calendar.js';

/** When somebody works. Every office keeps UTC, so that an hour of the data is an hour of the shift. */
export type Shift = 'DAY' | 'EARLY' | 'LATE' | 'NIGHT' | 'ALWAYS';

export const SHIFTS: readonly Shift[] = ['DAY', 'EARLY', 'LATE', 'NIGHT', 'ALWAYS'];

/** How busy a shift is in each hour of a working day, 1 at its busiest. */
const HOURS: Record<Shift, readonly number[]> = {
  DAY: [0, 0, 0, 0, 0, 0, 0.01, 0.15, 0.6, 1, 1, 0.95, 0.75, 0.85, 0.95, 0.95, 0.8, 0.45, 0.12, 0.04, 0.02, 0.01, 0, 0],
  EARLY: [0, 0, 0, 0, 0, 0.3, 0.9, 1, 1, 0.9, 0.7, 0.9, 0.9, 0.7, 0.2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  LATE: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.3, 0.9, 1, 1, 0.9, 0.7, 0.9, 0.8, 0.6, 0.2, 0],
  NIGHT: [0.9, 0.8, 0.7, 0.7, 0.8, 0.9, 0.4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.3, 0.9, 1],
  ALWAYS: [
    0.7, 0.9, 1, 0.8, 0.7, 0.6, 0.6, 0.7, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.8, 0.7, 0.6, 0.6, 0.6, 0.6, 0.7,
    0.7,
  ],
};

const SHARE_ON: Record<DayKind, Record<Shift, number>> = {
  WORKDAY: { DAY: 1, EARLY: 1, LATE: 1, NIGHT: 1, ALWAYS: 1 },
  WEEKEND: { DAY: 0.03, EARLY: 0.3, LATE: 0.3, NIGHT: 0.45, ALWAYS: 0.7 },
  HOLIDAY: { DAY: 0.04, EARLY: 0.3, LATE: 0.3, NIGHT: 0.5, ALWAYS: 0.75 },
};

/** How busy one of the shift is in an hour (0 to 23) of such a day; 0 where nobody of it works. */
export function busyness(shift: Shift, kind: DayKind, hour: number): number {
  return HOURS[shift][hour]! * SHARE_ON[kind][shift];
}
