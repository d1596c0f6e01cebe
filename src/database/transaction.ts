import { setTimeout as sleep } from 'node:timers/promises';
import { type CommitMarker, leaveMarker, releaseMarker, wasCommitted } from './commit-markers.js';
import type { Database, Db, Transaction } from './db.js';
import { assignPositions, hasPositions } from './positions.js';

/** Each lost race means that a rival came further, so that many who write the same need as many attempts. */
const ATTEMPTS = 20;

/** Not tried again after so many milliseconds: waiting for a lock alone may take seconds each time. */
const LONG_ENOUGH = 10_000;

/** The first failure of a part of each transaction. */
const failures = new WeakMap<Transaction, { readonly error: unknown }>();

/** What a transaction that was lost with its connection ended as, after it was found out that nothing was kept. */
class NotCommitted extends Error {}

/**
 * Runs `work` in a transaction; inside another one, as a part of it. `work` may run again from its start, after a
 * deadlock, a lost race for a key, or a commit that was lost with its connection and turned out not to have happened: it
 * must do nothing but SQL. Positions are assigned right before the commit. Where a part failed nothing is kept, even if
 * its error was caught: half of the part was written.
 */
export async function transaction<T>(db: Db, work: (tx: Transaction) => Promise<T>): Promise<T> {
  if (isTransaction(db)) return asPart(db, work);
  let started = performance.now();
  for (let attempt = 1; ; attempt++) {
    const tx = await (db as Database).begin();
    let marker: CommitMarker | undefined;
    try {
      const result = await work(tx);
      const failure = failures.get(tx);
      if (failure) throw failure.error;
      if (db.dialect.mayLoseCommits && hasPositions(tx)) marker = await leaveMarker(tx);
      await assignPositions(tx);
      await commit(db as Database, tx, marker);
      return result;
    } catch (error) {
      await tx.rollback();
      const isLost = error instanceof NotCommitted;
      // Finding that out may have taken long, which says nothing of the next attempt.
      if (isLost) started = performance.now();
      const isLast = attempt >= ATTEMPTS || performance.now() - started > LONG_ENOUGH;
      if (isLast || !(isLost || db.dialect.mayRunAgain(error))) throw isLost ? error.cause : error;
      await sleep(Math.random() * 20 * attempt);
    } finally {
      if (marker) releaseMarker(db, marker);
    }
  }
}

/** Commits. Where nobody says how that ended it is looked up, and never guessed. */
async function commit(db: Database, tx: Transaction, marker: CommitMarker | undefined): Promise<void> {
  try {
    await tx.commit();
  } catch (cause) {
    await tx.rollback();
    if (!marker) throw cause;
    if (!(await wasCommitted(db, marker))) throw new NotCommitted('nothing was kept', { cause });
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

/** Whether this is one transaction, and not the pool. */
export function isTransaction(db: Db): db is Transaction {
  return 'commit' in db;
}
