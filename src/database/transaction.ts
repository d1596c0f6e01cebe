import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Db, Transaction } from './db.js';
import { assignPositions } from './positions.js';

const ATTEMPTS = 3;

/**
 * Runs `work` in a transaction; inside another one, as a part of it. `work` may run again from its start, after a
 * deadlock or a lost race for a key: it must do nothing but SQL. Positions are assigned right before the commit.
 */
export async function transaction<T>(db: Db, work: (tx: Transaction) => Promise<T>): Promise<T> {
  if (isTransaction(db)) return work(db);
  for (let attempt = 1; ; attempt++) {
    const tx = await (db as Database).begin();
    try {
      const result = await work(tx);
      await assignPositions(tx);
      await tx.commit();
      return result;
    } catch (error) {
      await tx.rollback();
      if (attempt >= ATTEMPTS || !db.dialect.mayRunAgain(error)) throw error;
      await sleep(Math.random() * 20 * attempt);
    }
  }
}

function isTransaction(db: Db): db is Transaction {
  return 'commit' in db;
}
