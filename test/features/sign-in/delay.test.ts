import fc from 'fast-check';
import { expect, test } from 'vitest';
import { delayAfter } from '../../../src/features/sign-in/login-backoff.js';

test('five failures are free, the next ones wait 1, 2, 4 seconds and so on, up to 15 minutes', () => {
  expect([1, 5, 6, 7, 8, 15, 16, 17].map(delayAfter)).toEqual([0, 0, 1_000, 2_000, 4_000, 512_000, 900_000, 900_000]);
});

test('each further failure doubles the delay, until it is the longest', () => {
  fc.assert(
    fc.property(fc.integer({ min: 6, max: 2 ** 31 - 1 }), (failures) => {
      expect(delayAfter(failures + 1)).toBe(Math.min(2 * delayAfter(failures), 900_000));
    }),
  );
});
