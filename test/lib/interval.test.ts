import { expect, test } from 'vitest';
import { parseInterval } from '../../src/lib/interval.js';

test('an interval is a number and a unit', () => {
  expect(['30s', '15m', '1h', '1d'].map(parseInterval)).toEqual([30_000, 900_000, 3_600_000, 86_400_000]);
});

test('anything else, and what a timer cannot wait for, is none', () => {
  expect(['', '15', 'm', '0m', '-1m', '1.5h', '15 m', '25d', '1w'].map(parseInterval)).toEqual(Array(9).fill(null));
});
