import { once } from 'node:events';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startBackground } from '../../src/server/background.js';

const log = pino({ level: 'silent' });

test('a task that fails begins again', async () => {
  let runs = 0;
  const again = new Promise<void>((resolve) => {
    const task = {
      name: 'a task',
      run: async () => {
        runs += 1;
        if (runs === 1) throw new Error('as it happens');
        resolve();
      },
    };
    startBackground([task], log);
  });
  await again;
  expect(runs).toBe(2);
});

test('stopping waits until every task has ended what it has begun', async () => {
  const ended: string[] = [];
  const tasks = ['one', 'two'].map((name) => ({
    name,
    run: async (stop: AbortSignal) => {
      await once(stop, 'abort');
      await new Promise((done) => setTimeout(done, 20));
      ended.push(name);
    },
  }));
  await startBackground(tasks, log).stop();
  expect(ended).toEqual(['one', 'two']);
});
