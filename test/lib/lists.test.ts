import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batches } from '../../src/lib/batches.js';
import { chunks, chunksByWeight } from '../../src/lib/chunks.js';
import { distinctRuns } from '../../src/lib/distinct-runs.js';

const aList = fc.array(fc.integer());
const aSize = fc.integer({ min: 1, max: 9 });

test('chunks by weight hold together what the list held, and are too heavy only if they have one item', () => {
  fc.assert(
    fc.property(fc.array(aSize), aSize, (list, most) => {
      const parts = chunksByWeight(list, most, (item) => item);
      expect(parts.flat()).toEqual(list);
      const weights = parts.map((part) => part.reduce((sum, item) => sum + item, 0));
      expect(weights.every((weight, at) => weight <= most || parts[at]!.length === 1)).toBe(true);
      // None could have taken the first item of the next one.
      expect(
        weights.every((weight, at) => weight + (parts[at + 1]?.[0] ?? most) > most || at + 1 === parts.length),
      ).toBe(true);
    }),
  );
});

describe('chunks and batches', () => {
  test('hold together what the list held, in its order', () => {
    fc.assert(
      fc.property(aList, aSize, (list, size) => {
        expect(chunks(list, size).flat()).toEqual(list);
        expect([...batches(list, size)]).toEqual(chunks(list, size));
      }),
    );
  });

  test('are full, but for the last one, and never empty', () => {
    fc.assert(
      fc.property(aList, aSize, (list, size) => {
        const lengths = chunks(list, size).map(({ length }) => length);
        const last = lengths.pop() ?? size;
        expect(lengths.every((length) => length === size) && last >= 1 && last <= size).toBe(true);
      }),
    );
  });

  test('a batch is handed on before the next one is read', () => {
    const read: number[] = [];
    function* watched() {
      for (const n of [1, 2, 3, 4, 5]) {
        read.push(n);
        yield n;
      }
    }
    expect(batches(watched(), 2).next().value).toEqual([1, 2]);
    expect(read).toEqual([1, 2]);
  });
});

describe('distinct runs', () => {
  const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'));
  const runsOf = (list: string[]) => distinctRuns(list, (word) => word);

  test('hold together what the list held, in its order', () => {
    fc.assert(
      fc.property(words, (list) => {
        expect(runsOf(list).flat()).toEqual(list);
      }),
    );
  });

  test('no key stands twice in a run', () => {
    fc.assert(
      fc.property(words, (list) => {
        for (const run of runsOf(list)) expect(new Set(run).size).toBe(run.length);
      }),
    );
  });

  test('a run ends only where its next key stands in it already', () => {
    fc.assert(
      fc.property(words, (list) => {
        const runs = runsOf(list);
        for (const [n, run] of runs.slice(1).entries()) expect(runs[n]).toContain(run[0]);
      }),
    );
  });
});
