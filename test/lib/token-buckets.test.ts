import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenBuckets } from '../../src/lib/token-buckets.js';

const limits = { capacity: 3, refill: 1_000, buckets: 100 };

test('a full bucket has its capacity at once, then a token comes back at a time', () => {
  const buckets = new TokenBuckets(limits);
  expect([0, 0, 0, 0, 400, 1_000, 1_000].map((now) => buckets.take('ann', now))).toEqual([
    0, 0, 0, 1_000, 600, 0, 1_000,
  ]);
  expect(buckets.take('bob', 1_000)).toBe(0);
});

test('what is given back can be taken again', () => {
  const buckets = new TokenBuckets(limits);
  for (let i = 0; i < 10; i++) {
    expect(buckets.take('ann', 0)).toBe(0);
    buckets.giveBack('ann');
  }
});

test('in no span of time more is taken than the capacity and what came back meanwhile', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(steps, (pauses) => {
      const buckets = new TokenBuckets(limits);
      let now = 0;
      const taken: number[] = [];
      for (const pause of pauses) {
        now += pause;
        const wait = buckets.take('ann', now);
        if (wait === 0) taken.push(now);
        else expect(new TokenBuckets(limits).take('ann', now)).toBe(0);
      }
      for (const [i, from] of taken.entries()) {
        for (const [j, to] of taken.entries()) {
          if (j >= i) expect(j - i + 1).toBeLessThanOrEqual(limits.capacity + (to - from) / limits.refill);
        }
      }
    }),
  );
});

test('a refusal says exactly when the next token is there', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_999 }), (now) => {
      const buckets = new TokenBuckets(limits);
      for (let i = 0; i < 3; i++) buckets.take('ann', 0);
      const wait = buckets.take('ann', now);
      if (wait > 0) expect(buckets.take('ann', now + wait)).toBe(0);
      else expect(now).toBeGreaterThanOrEqual(limits.refill);
    }),
  );
});

test('no more buckets are kept than may be', () => {
  const buckets = new TokenBuckets({ ...limits, capacity: 1, buckets: 2 });
  for (const key of ['ann', 'bob', 'cid']) buckets.take(key, 0);
  expect(buckets.take('cid', 0)).toBe(1_000);
  expect(buckets.take('ann', 0)).toBe(0);
});

test('several are waited for and taken together', () => {
  const buckets = new TokenBuckets(limits);
  buckets.charge('ann', 2, 0);
  expect([1, 2, 3].map((tokens) => buckets.waitFor('ann', tokens, 0))).toEqual([0, 1_000, 2_000]);
  expect([0, 999, 1_000, 2_000, 9_000].map((now) => buckets.available('ann', now))).toEqual([1, 1, 2, 3, 3]);
  expect(buckets.available('bob', 0)).toBe(3);
});

test('tokens that come back within parts of a millisecond are whole ones', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.nat(1_000_000), (perSecond, now) => {
      const buckets = new TokenBuckets({ capacity: 4 * perSecond, refill: 1_000 / perSecond, buckets: 1 });
      buckets.charge('ann', 4 * perSecond, now);
      expect(buckets.waitFor('ann', perSecond, now + 1_000)).toBe(0);
      expect([perSecond, perSecond - 1]).toContain(buckets.available('ann', now + 1_000));
    }),
  );
});
