import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { isSetBack, latestStored } from '../../src/lib/set-back.js';

afterEach(() => void vi.useRealTimers());

const MINUTE = 60_000;
const anyTime = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }).map(Number);

test('a stored time is from before the clock was set back if it is more than a minute ahead, as text too', () => {
  const nearly = fc
    .tuple(anyTime, fc.integer({ min: -2 * MINUTE, max: 2 * MINUTE }))
    .map(([now, by]) => [now, now + by]);
  fc.assert(
    fc.property(fc.oneof(fc.tuple(anyTime, anyTime), nearly), ([now, stored]) => {
      vi.useFakeTimers({ toFake: ['Date'], now: now! });
      const text = new Date(stored!).toISOString();
      expect(isSetBack(stored!)).toBe(stored! - now! > MINUTE);
      expect(isSetBack(text)).toBe(isSetBack(stored!));
      expect(text > latestStored()).toBe(isSetBack(stored!));
    }),
  );
});
