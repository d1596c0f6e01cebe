import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { quantizeLatency } from '../../src/lib/quantize-latency.js';

/** A timer may fire a part of a millisecond early. */
const EARLY = 1;

test.each([
  ['what is quick', 0, 40],
  ['what takes longer', 50, 80],
])('%s ends no sooner than a multiple of the time', async (_, takes, least) => {
  const began = performance.now();
  expect(await quantizeLatency(40, () => sleep(takes, 'done'))).toBe('done');
  expect(performance.now() - began).toBeGreaterThanOrEqual(least - EARLY);
});

test('what fails is no sooner known to fail', async () => {
  const began = performance.now();
  const failing = quantizeLatency(40, async () => {
    throw new Error('it failed');
  });
  await expect(failing).rejects.toThrow('it failed');
  expect(performance.now() - began).toBeGreaterThanOrEqual(40 - EARLY);
});
