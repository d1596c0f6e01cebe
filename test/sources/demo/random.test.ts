import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../../src/sources/demo/random.js';

function draws(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.uint32());
}

test('the same seed and stream give the same numbers', () => {
  expect(draws(new Random(1, 'a'), 100)).toEqual(draws(new Random(1, 'a'), 100));
});

test('another seed, above 32 bits too, and another stream give others', () => {
  const first = draws(new Random(1, 'a'), 4);
  expect(draws(new Random(2, 'a'), 4)).not.toEqual(first);
  expect(draws(new Random(1 + 2 ** 32, 'a'), 4)).not.toEqual(first);
  expect(draws(new Random(1, 'b'), 4)).not.toEqual(first);
});

test('the numbers are spread evenly', () => {
  const random = new Random(3, 'spread');
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) counts[random.int(10)]!++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

test('a sample has different elements of the list, and no more than there are', () => {
  fc.assert(
    fc.property(fc.integer(), fc.uniqueArray(fc.integer()), fc.nat(20), (seed, list, count) => {
      const sample = new Random(seed, 'sample').sample(list, count);
      expect(sample).toHaveLength(Math.min(count, list.length));
      expect(new Set(sample).size).toBe(sample.length);
      for (const item of sample) expect(list).toContain(item);
    }),
  );
});
