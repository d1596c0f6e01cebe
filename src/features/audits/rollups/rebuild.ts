import { setImmediate as endOfTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../../database/db.js';
import { transaction } from '../../../database/transaction.js';
import { asTheOnlyOne, countMore } from './rollup-worker.js';
import { lockWatermark, moveWatermark, type RollupProgress, rollupProgress } from './watermark.js';

/** Milliseconds between two looks at how far another copy has come. */
const LOOK_EVERY = 250;

/**
 * Has all counts made anew, from the first audit on, by whoever follows. Nothing else has to be done for it, and nothing
 * has to be left alone meanwhile: until the rollup worker has come near the end, questions are answered from audits.
 */
export function beginRebuild(db: Db): Promise<void> {
  return transaction(db, async (tx) => {
    await lockWatermark(tx);
    await moveWatermark(tx, 0, true);
  });
}

/** Counts until every audit up to a position is counted, or waits for the copy that does. */
export async function countUpTo(db: Db, position: number, onProgress: (soFar: RollupProgress) => void): Promise<void> {
  const never = new AbortController().signal;
  const isThere = async () => {
    const soFar = await rollupProgress(db);
    onProgress(soFar);
    return !soFar.clearing && soFar.position >= position;
  };
  while (!(await isThere())) {
    const isWorker = await asTheOnlyOne(db, never, async (signal) => {
      while (!signal.aborted && !(await isThere())) {
        await countMore(db);
        // SQLite answers within the turn; without an end of it, the lease could not be renewed.
        await endOfTurn();
      }
    });
    if (!isWorker) await sleep(LOOK_EVERY);
  }
}
