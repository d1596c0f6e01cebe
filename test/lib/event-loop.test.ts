import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mapInSlices, releasedInSlices, shortWorkBegins, yieldToOthers } from '../../src/lib/event-loop.js';

/** Works without a pause, longer than one slice may last. */
function work(): void {
  const until = performance.now() + 8;
  while (performance.now() < until);
}

function timesWorked(item: number): number {
  work();
  return item;
}

/** Counts the turns of the event loop while `running` is. */
async function turnsWhile(running: Promise<unknown>): Promise<number> {
  let turns = 0;
  let over = false;
  running.finally(() => {
    over = true;
  });
  while (!over) {
    await turn();
    turns++;
  }
  return turns;
}

test('long work gives its results in order, and others a turn after each slice', async () => {
  const items = Array.from({ length: 20 }, (_, n) => n);
  const mapping = mapInSlices(items, (item, index) => {
    work();
    return item + index;
  });
  expect(await turnsWhile(mapping)).toBeGreaterThanOrEqual(19);
  expect(await mapping).toEqual(items.map((item) => 2 * item));
});

test('items that are given in slices come in their order, and let others have their turns', async () => {
  const items = Array.from({ length: 400 }, (_, n) => n);
  const given = Promise.all(
    releasedInSlices(items).map(async (item, at) => {
      const value = await item;
      if (at % 50 === 0) work();
      return value;
    }),
  );
  expect(await turnsWhile(given)).toBeGreaterThanOrEqual(4);
  expect(await given).toEqual(items);
});

test('an error of one item ends the work', async () => {
  await expect(
    mapInSlices([1, 2, 3], (item) => {
      if (item === 2) throw new Error('two');
      return item;
    }),
  ).rejects.toThrow('two');
});

test('several pieces of long work never run in one turn of the event loop', async () => {
  let turns = 0;
  let counting = true;
  const count = (async () => {
    for (; counting; turns++) await turn();
  })();
  const ranIn: number[] = [];
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let n = 0; n < 3; n++) {
        await yieldToOthers();
        ranIn.push(turns);
        work();
      }
    }),
  );
  counting = false;
  await count;
  expect(new Set(ranIn).size).toBe(ranIn.length);
});

test('long work goes on beside short work that does not end', async () => {
  const end = shortWorkBegins();
  expect(await mapInSlices([1, 2, 3], timesWorked)).toEqual([1, 2, 3]);
  end();
  end();
  expect(await mapInSlices([1, 2, 3], timesWorked)).toEqual([1, 2, 3]);
});
