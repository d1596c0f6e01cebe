import { expect, test } from 'vitest';
import { DAY_MS, type DayKind, dayKind, dayOf, dayText } from '../../../src/sources/demo/calendar.js';

test.each<[string, DayKind]>([
  ['2026-11-20', 'WORKDAY'],
  ['2026-11-22', 'WEEKEND'],
  ['2026-12-25', 'HOLIDAY'],
  ['2027-01-01', 'HOLIDAY'],
  ['2024-03-29', 'HOLIDAY'],
  ['2025-04-21', 'HOLIDAY'],
  ['2026-04-03', 'HOLIDAY'],
  ['2026-04-06', 'HOLIDAY'],
  ['2026-04-07', 'WORKDAY'],
])('%s is a %s', (text, kind) => {
  const day = dayOf(Date.parse(`${text}T12:00:00Z`));
  expect(dayKind(day)).toBe(kind);
  expect(dayText(day)).toBe(text);
});

test('a day ends at midnight in UTC, before 1970 too', () => {
  expect(dayOf(-1)).toBe(-1);
  expect(dayOf(DAY_MS - 1)).toBe(0);
});
