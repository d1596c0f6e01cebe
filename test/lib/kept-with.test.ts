import { expect, test } from 'vitest';
import { keptWith } from '../../src/lib/kept-with.js';

test('what is kept with an object is made once, and another object has its own', () => {
  const listOf = keptWith(() => [] as string[]);
  const [one, other] = [{}, {}];
  listOf(one).push('kept');
  expect([listOf(one), listOf(other)]).toEqual([['kept'], []]);
});
