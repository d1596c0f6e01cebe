import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { FairShare } from '../../src/lib/fair-share.js';

const ONE = { atOnce: 1, pause: 2 };
const share = new FairShare();
const running = new Map<string, () => void>();

/** Begins work of a client, and remembers how to end it. */
function begin(who: string, name: string, signal = new AbortController().signal): Promise<void> {
  const end = share.tryBegin(who, ONE);
  if (end) running.set(name, end);
  return end ? Promise.resolve() : share.begin(who, ONE, signal).then((later) => void running.set(name, later));
}

function end(name: string): void {
  running.get(name)!();
  running.delete(name);
}

afterEach(async () => {
  for (const name of running.keys()) end(name);
  // Until no client counts as active.
  await sleep(100);
});

test('a client that is alone runs all that it asks for', async () => {
  await Promise.all([begin('a', 'a1'), begin('a', 'a2'), begin('a', 'a3')]);
  expect([...running.keys()]).toEqual(['a1', 'a2', 'a3']);
});

test('while another client is active, a client runs one piece of work at a time', async () => {
  await begin('b', 'b1');
  await begin('a', 'a1');
  const second = begin('a', 'a2');
  await sleep(20);
  expect([...running.keys()]).toEqual(['b1', 'a1']);
  end('a1');
  await second;
  expect([...running.keys()]).toEqual(['b1', 'a2']);
});

test('the work of a client whose work waits begins after a pause twice as long as the work before', async () => {
  await begin('b', 'b1');
  await begin('a', 'a1');
  const second = begin('a', 'a2');
  await sleep(60);
  end('a1');
  const ended = performance.now();
  await second;
  expect(performance.now() - ended).toBeGreaterThanOrEqual(110);
});

test('a client that sends one request after another never waits', async () => {
  await begin('b', 'b1');
  for (let n = 0; n < 5; n++) {
    const done = share.tryBegin('a', ONE);
    expect(done).toBeDefined();
    done!();
    await sleep(2);
  }
});

test('work that came in during work without a pause waits as well', async () => {
  await begin('b', 'b1');
  share.tryBegin('a', ONE)!();
  expect(share.tryBegin('a', ONE)).toBeUndefined();
});

test('what waits begins when the other clients have been quiet for a while', async () => {
  await begin('b', 'b1');
  await begin('a', 'a1');
  const second = begin('a', 'a2');
  end('b1');
  await second;
  expect([...running.keys()]).toEqual(['a1', 'a2']);
});

test('a client that leaves waits no longer, and what waits after it begins', async () => {
  await begin('b', 'b1');
  await begin('a', 'a1');
  const leaving = new AbortController();
  const second = begin('a', 'a2', leaving.signal);
  const third = begin('a', 'a3');
  leaving.abort(new Error('left'));
  await expect(second).rejects.toThrow('left');
  end('a1');
  await third;
  expect([...running.keys()]).toEqual(['b1', 'a3']);
});

test('a signal that was aborted before begins nothing', async () => {
  await begin('b', 'b1');
  await begin('a', 'a1');
  await expect(begin('a', 'a2', AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
});
