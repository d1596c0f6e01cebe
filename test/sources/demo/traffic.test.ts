import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS } from '../../../src/sources/demo/calendar.js';
import { hours } from '../../../src/sources/demo/traffic.js';

test('the hours cover the period without a gap, and their counts add up to the total', () => {
  const total = fc.nat(1_000_000_000);
  const from = fc.integer({ min: 0, max: 2_000_000_000_000 });
  fc.assert(
    fc.property(fc.integer(), from, fc.integer({ min: 1, max: 20 * DAY_MS }), total, (seed, from, length, total) => {
      let at = from;
      let sum = 0;
      for (const hour of hours(seed, { from, until: from + length }, total, () => 1)) {
        expect(hour.from).toBe(at);
        expect(hour.count).toBeGreaterThanOrEqual(0);
        at = hour.until;
        sum += hour.count;
      }
      expect([at, sum]).toEqual([from + length, total]);
    }),
  );
});

test('an hour in which nobody is busy gets nothing', () => {
  const period = { from: 0, until: 2 * DAY_MS };
  for (const { hour, count } of hours(1, period, 10_000, (_, hour) => (hour === 12 ? 1 : 0))) {
    expect(count > 0).toBe(hour === 12);
  }
});
