import type { Database, Transaction } from './db.js';
import { transaction } from './transaction.js';

/** Carries the result of work whose transaction is rolled back. */
class RolledBack<T> extends Error {
  constructor(readonly result: T) {
    super('rolled back as was asked');
  }
}

/** Runs `work` in a transaction, as `transaction` does, and keeps nothing of it. Returns the result of `work`. */
export async function rolledBack<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    return await transaction(db, async (tx) => {
      throw new RolledBack(await work(tx));
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.result as T;
    throw error;
  }
}
