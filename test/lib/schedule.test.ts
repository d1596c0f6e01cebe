import { expect, test } from 'vitest';
import { parseSchedule } from '../../src/lib/schedule.js';
import { TimeZone } from '../../src/lib/time-zone.js';

const berlin = new TimeZone('Europe/Berlin');

const nextOf = (text: string, last: string): string =>
  new Date(parseSchedule(text, berlin)!.next(Date.parse(last))).toISOString();

test('an interval is counted from when it last began', () => {
  expect(nextOf('15m', '2026-03-01T08:00:07.000Z')).toBe('2026-03-01T08:15:07.000Z');
});

test('a cron expression is read in its zone, also where the clock is changed', () => {
  expect(nextOf('0 2 * * *', '2026-03-01T08:00:00Z')).toBe('2026-03-02T01:00:00.000Z');
  expect(nextOf('30 4 * * *', '2026-03-29T00:00:00Z')).toBe('2026-03-29T02:30:00.000Z');
});

test.each(['', 'often', '15', '* * * *', '0 0 31 2 *', '*/5 * * * * *', '99 * * * *'])('%j is no schedule', (text) => {
  expect(parseSchedule(text, berlin)).toBeNull();
});
