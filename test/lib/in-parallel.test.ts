import { setImmediate as later } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inParallel } from '../../src/lib/in-parallel.js';

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await later();
};

test('every item is worked on once, and never more than so many at a time', async () => {
  const durations = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 20 });
  const law = fc.asyncProperty(durations, fc.integer({ min: 1, max: 5 }), async (items, most) => {
    const ended: number[] = [];
    let running = 0;
    let highest = 0;
    await inParallel(items.entries(), most, async ([index, duration]) => {
      highest = Math.max(highest, ++running);
      await turns(duration);
      running -= 1;
      ended.push(index);
    });
    expect(highest).toBe(Math.min(most, items.length));
    expect(ended.sort((a, b) => a - b)).toEqual([...items.keys()]);
  });
  await fc.assert(law);
});

test('no item is taken before there is room for it', async () => {
  const taken: number[] = [];
  async function* items() {
    for (let n = 1; n <= 4; n++) {
      taken.push(n);
      yield n;
    }
  }
  await inParallel(items(), 2, async (n) => {
    await turns(3);
    expect(taken.length).toBeLessThanOrEqual(n + 1);
  });
  expect(taken).toEqual([1, 2, 3, 4]);
});

test('after a failure no further item is worked on, and the others end first', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const running = inParallel([1, 2, 3, 4, 5], 2, async (n) => {
    begun.push(n);
    await turns(n === 1 ? 1 : 5);
    if (n === 1) throw new Error('the first fails');
    ended.push(n);
  });
  await expect(running).rejects.toThrow('the first fails');
  expect({ begun, ended }).toEqual({ begun: [1, 2], ended: [2] });
});

test('an item that comes after a failure is not worked on', async () => {
  const begun: number[] = [];
  async function* slow() {
    yield 1;
    await turns(5);
    yield 2;
  }
  const running = inParallel(slow(), 3, async (n) => {
    begun.push(n);
    throw new Error(`${n} fails`);
  });
  await expect(running).rejects.toThrow('1 fails');
  expect(begun).toEqual([1]);
});

test('where the items themselves fail, the work that runs ends first', async () => {
  let ended = false;
  async function* broken() {
    yield 1;
    throw new Error('no more items');
  }
  const running = inParallel(broken(), 3, async () => {
    await turns(5);
    ended = true;
  });
  await expect(running).rejects.toThrow('no more items');
  expect(ended).toBe(true);
});
