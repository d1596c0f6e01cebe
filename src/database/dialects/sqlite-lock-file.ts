import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { isBusy } from './sqlite-errors.js';

/** Runs `work` while this process holds the lock of a file; another that wants it waits for a minute at most. */
export async function withLockFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = new Sqlite(path, { timeout: 0 });
  try {
    const deadline = performance.now() + 60_000;
    for (;;) {
      try {
        lock.exec('BEGIN EXCLUSIVE');
        break;
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
        await sleep(50);
      }
    }
    return await work();
  } finally {
    lock.close();
  }
}
