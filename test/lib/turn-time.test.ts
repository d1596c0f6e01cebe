import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { turnTime } from '../../src/lib/turn-time.js';

test('what happens in one turn of the event loop happens at one time, however long it takes', async () => {
  await nextTurn();
  const began = turnTime();
  while (performance.now() < began + 5);
  await Promise.resolve();
  expect(turnTime()).toBe(began);
  await nextTurn();
  expect(turnTime()).toBeGreaterThanOrEqual(began + 5);
});
