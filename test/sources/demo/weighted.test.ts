import { expect, test } from 'vitest';
import { Random } from '../../../src/sources/demo/random.js';
import { weighted } from '../../../src/sources/demo/weighted.js';

test('each value is drawn as often as its weight says, and one of weight 0 never', () => {
  const random = new Random(1, 'weighted');
  const table = weighted([
    ['a', 5],
    ['b', 0],
    ['c', 3],
    ['d', 2],
  ]);
  const counts: Record<string, number> = { a: 0, b: 0, c: 0, d: 0 };
  for (let i = 0; i < 100_000; i++) counts[table.draw(random)]!++;
  expect(counts.b).toBe(0);
  expect(counts.a! / 50_000).toBeCloseTo(1, 1);
  expect(counts.c! / 30_000).toBeCloseTo(1, 1);
  expect(counts.d! / 20_000).toBeCloseTo(1, 1);
});
