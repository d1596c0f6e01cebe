import { setTimeout as sleep } from 'node:timers/promises';

/** Does work, and ends, however it went, `milliseconds` or a multiple of them after it began: how long it took does not show. */
export async function quantizeLatency<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  try {
    return await work();
  } finally {
    const took = performance.now() - began;
    await sleep(Math.ceil(took / milliseconds) * milliseconds - took);
  }
}
