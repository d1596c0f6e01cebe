import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOnLeave, leaveAround } from '../../../src/sources/demo/leave.js';

test('a leave is of 5 to 14 days, and every day of it knows it', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: -10_000, max: 40_000 }), (seed, day) => {
      const leave = leaveAround(seed, day);
      expect(leave.last - leave.first + 1).toBeGreaterThanOrEqual(5);
      expect(leave.last - leave.first + 1).toBeLessThanOrEqual(14);
      for (let one = leave.first; one <= leave.last; one++) expect(leaveAround(seed, one)).toEqual(leave);
      expect(isOnLeave(seed, leave.first - 1) && isOnLeave(seed, leave.last + 1)).toBe(false);
    }),
  );
});
