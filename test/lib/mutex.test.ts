import { setImmediate as later } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Mutex } from '../../src/lib/mutex.js';

test('one holder is in at a time, in the order of asking', async () => {
  const mutex = new Mutex();
  const seen: string[] = [];
  const hold = async (name: string) => {
    const release = await mutex.acquire();
    seen.push(`${name} in`);
    await later();
    seen.push(`${name} out`);
    release();
  };
  await Promise.all(['a', 'b', 'c'].map(hold));
  expect(seen).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
});

test('nobody comes in before the holder lets go', async () => {
  const mutex = new Mutex();
  const release = await mutex.acquire();
  let isIn = false;
  const second = mutex.acquire().then(() => {
    isIn = true;
  });
  await later();
  expect(isIn).toBe(false);
  release();
  await second;
  expect(isIn).toBe(true);
});

test('letting go twice lets only one more in', async () => {
  const mutex = new Mutex();
  const release = await mutex.acquire();
  const second = mutex.acquire();
  let third = false;
  void mutex.acquire().then(() => {
    third = true;
  });
  release();
  release();
  await second;
  await later();
  expect(third).toBe(false);
});
