import { setTimeout as sleep } from 'node:timers/promises';
import { Mutex } from '../../lib/mutex.js';

/** Milliseconds between two tries for a file that another process has locked: a random time up to the second. */
const RETRY_AFTER = { least: 5, most: 25 };

/** Milliseconds for which writers of one process may follow each other before they leave the file to other processes. */
const MAX_BUSY = 500;

/**
 * Lets the writers of a process have the file one after another. SQLite has no queue for processes: they try again now and
 * then, and would never find the file free if these writers followed each other without a gap. So a gap is made now and then
 * that is longer than the time between two tries.
 */
export class WriterTurns {
  readonly #mutex = new Mutex();
  #busySince = Number.NEGATIVE_INFINITY;
  #freedAt = Number.NEGATIVE_INFINITY;

  /** Waits for the turn; call the function that it returns when the file is free again. */
  async acquire(): Promise<() => void> {
    const release = await this.#mutex.acquire();
    const now = performance.now();
    if (now - this.#freedAt > RETRY_AFTER.most) this.#busySince = now;
    else if (now - this.#busySince > MAX_BUSY) {
      await sleep(RETRY_AFTER.most + 1);
      this.#busySince = performance.now();
    }
    return () => {
      this.#freedAt = performance.now();
      release();
    };
  }
}

/** Waits before the next try for a file that another process has locked. */
export function retryLater(): Promise<void> {
  return sleep(RETRY_AFTER.least + Math.random() * (RETRY_AFTER.most - RETRY_AFTER.least));
}
