import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from '../../../src/cli/connector/backoff.js';

test('each pause is between half of the doubled one and all of it, 30 seconds at most', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), (tries) => {
      const ceiling = Math.min(30_000, 500 * 2 ** (tries - 1));
      const pause = backoffMs(tries, 500, null);
      expect(pause).toBeGreaterThanOrEqual(ceiling / 2);
      expect(pause).toBeLessThanOrEqual(ceiling);
    }),
  );
});

test('what the gateway asks for is waited for', () => {
  expect(backoffMs(1, 500, 60_000)).toBe(60_000);
});
