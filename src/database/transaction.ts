import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Db, Transaction } from './db.js';
import { assignPositions } from './positions.js';

/** Each lost race means that a rival came further, so that many who write the same need as many attempts. */
const ATTEMPTS = 10;

/** Not tried again after so many milliseconds: waiting for a lock alone may take seconds each time. */
const LONG_ENOUGH = 10_000;

/** The first failure of a part of each transaction. */
const failures = new WeakMap<Transaction, { readonly error: unknown }>();

/**
 * Runs `work` in a transaction; inside another one, as a part of it. `work` may run again from its start, after a
 * deadlock or a lost race for a key: it must do nothing but SQL. Positions are assigned right before the commit. Where a
 * part failed nothing is kept, even if its error was caught: half of the part was written.
 */
export async function transaction<T>(db: Db, work: (tx: Transaction) => Promise<T>): Promise<T> {
  if (isTransaction(db)) return asPart(db, work);
  const started = performance.now();
  for (let attempt = 1; ; attempt++) {
    const tx = await (db as Database).begin();
    try {
      const result = await work(tx);
      const failure = failures.get(tx);
      if (failure) throw failure.error;
      await assignPositions(tx);
      await tx.commit();
      return result;
    } catch (error) {
      await tx.rollback();
      const isLast = attempt >= ATTEMPTS || performance.now() - started > LONG_ENOUGH;
      if (isLast || !db.dialect.mayRunAgain(error)) throw error;
      await sleep(Math.random() * 20 * attempt);
    }
  }
}

async function asPart<T>(tx: Transaction, work: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    return await work(tx);
  } catch (error) {
    if (!failures.has(tx)) failures.set(tx, { error });
    throw error;
  }
}

function isTransaction(db: Db): db is Transaction {
  return 'commit' in db;
}
