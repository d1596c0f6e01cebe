import { expect, test } from 'vitest';
import { ErrorGroups, errorsIn } from '../../src/cli/error-groups.js';

test('a few bad rows are named one by one, in the order of their lines', () => {
  const groups = new ErrorGroups();
  groups.add(7, ['operation is missing', 'occurredAt is missing']);
  groups.add(2, ['not JSON']);
  expect(groups.toLines()).toEqual(['line 2: not JSON', 'line 7: operation is missing; occurredAt is missing']);
});

test('many bad rows are grouped by kind, the most frequent first, each with its first lines', () => {
  const groups = new ErrorGroups();
  for (let line = 1; line <= 1_204; line++) groups.add(line, [`occurredAt: "${line}/2/23" is not a date-time`]);
  groups.add(5_000, ['operation is missing', 'occurredAt: "x" is not a date-time']);
  expect(groups.toLines()).toEqual([
    'occurredAt: "1/2/23" is not a date-time: 1,205 rows, lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ...',
    'operation is missing: 1 row, line 5000',
  ]);
});

test('faults of more kinds than can be told are counted together', () => {
  const groups = new ErrorGroups();
  for (let line = 1; line <= 1_000; line++) groups.add(line, ['x'.repeat(line)]);
  const said = groups.toLines();
  expect(said).toHaveLength(51);
  expect(said[0]).toMatch(/^other faults: 950 rows, lines 51, 52, /);
});

test('a semicolon within quotes does not part two faults', () => {
  expect(errorsIn('category: "a; b \\" c" is none of A, B; operation is missing')).toEqual([
    'category: "a; b \\" c" is none of A, B',
    'operation is missing',
  ]);
});
