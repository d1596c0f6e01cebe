import { expect, test } from 'vitest';
import { weakMemo } from '../../src/lib/weak-memo.js';

test('what is kept with an object is made once, and another object has its own', () => {
  const listOf = weakMemo(() => [] as string[]);
  const [one, other] = [{}, {}];
  listOf(one).push('kept');
  expect([listOf(one), listOf(other)]).toEqual([['kept'], []]);
});
