import { setImmediate as later } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AppError } from '../../src/lib/app-error.js';
import { Turns } from '../../src/lib/turns.js';

const limits = { atOnce: 2, waiting: 4, waitingOfOne: 3, full: () => new AppError('UNAVAILABLE', 'come back later') };

/** Work that ends when it is told to. */
function pending(): { work: () => Promise<void>; end: () => void } {
  let end!: () => void;
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: () => done, end };
}

test('no more runs at once than may, and the rest in the order of asking', async () => {
  const turns = new Turns({ ...limits, waiting: 100, waitingOfOne: 100 });
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const work = (n: number) => async () => {
    order.push(n);
    most = Math.max(most, ++running);
    await later();
    running--;
    if (n % 5 === 0) throw new Error('it failed');
  };
  await Promise.allSettled(Array.from({ length: 20 }, (_, n) => turns.run('ann', work(n))));
  expect([most, running]).toEqual([2, 0]);
  expect(order).toEqual(Array.from({ length: 20 }, (_, n) => n));
});

test('one who asks too often is turned away, and the others still find a place', async () => {
  const turns = new Turns(limits);
  const { work, end } = pending();
  const accepted = Array.from({ length: 5 }, () => turns.run('ann', work));
  await expect(turns.run('ann', work)).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'come back later' });
  const other = turns.run('bob', work);
  await expect(turns.run('cid', work)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  end();
  await Promise.all([...accepted, other]);
  await turns.run('ann', async () => {});
});

test('whoever has the least running is next, and nobody has more running than one may', async () => {
  const turns = new Turns({ ...limits, atOnceOfOne: 1, waiting: 10, waitingOfOne: 10 });
  const order: string[] = [];
  const begun = async (who: string) => {
    const end = await turns.begin(who);
    order.push(who);
    return end;
  };
  const [first, second, third] = [begun('ann'), begun('ann'), begun('bob')];
  (await third)();
  expect(order).toEqual(['ann', 'bob']);
  const fourth = begun('cid');
  (await first)();
  (await second)();
  (await fourth)();
  expect(order).toEqual(['ann', 'bob', 'cid', 'ann']);
});

test('who leaves gives up the place', async () => {
  const turns = new Turns({ ...limits, atOnce: 1, waitingOfOne: 1 });
  const end = await turns.begin('ann');
  const leaving = new AbortController();
  const left = turns.begin('ann', leaving.signal);
  leaving.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  await expect(turns.begin('ann', leaving.signal)).rejects.toThrow('left');
  const next = turns.run('ann', async () => 'ran');
  end();
  end();
  expect(await next).toBe('ran');
});
