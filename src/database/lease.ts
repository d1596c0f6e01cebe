import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import type { Db } from './db.js';
import { transaction } from './transaction.js';

/** Milliseconds after which the lease of a process that died is free. */
const DURATION = 15_000;
const RENEWED_EVERY = DURATION / 5;

/**
 * Runs `work` where no other process of all copies of the program does, and keeps the others away while it runs; false,
 * and nothing is run, where another one does. `signal` is aborted when `stop` is, or when the lease could not be renewed.
 *
 * A lease saves work; it proves nothing. A process that stood still may wake up after its lease went to another, so that
 * what is written has to be right even if two do it.
 */
export async function withLease(
  db: Db,
  name: string,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const holder = randomUUID();
  if (!(await takeLease(db, name, holder))) return false;
  const done = new AbortController();
  const lost = new AbortController();
  const renewing = keepLease(db, name, holder, done.signal).catch((error) => lost.abort(error));
  try {
    await work(AbortSignal.any([stop, lost.signal]));
    return true;
  } finally {
    done.abort();
    await renewing;
    await db.execute(sql`DELETE FROM leases WHERE name = ${name} AND holder = ${holder}`).catch(() => {});
  }
}

function takeLease(db: Db, name: string, holder: string): Promise<boolean> {
  const clock = raw(db.dialect.clock);
  return transaction(db, async (tx) => {
    // One that ends later than any that begins now was taken before the database's clock was set back.
    await tx.execute(
      sql`DELETE FROM leases WHERE name = ${name}
          AND (expires_at < ${clock} OR expires_at > ${clock} + ${2 * DURATION})`,
    );
    const taken = await tx.execute(
      sql`INSERT INTO leases (name, holder, expires_at)
          SELECT ${name}, ${holder}, ${clock} + ${DURATION} FROM (SELECT 1 AS one) s
          WHERE NOT EXISTS (SELECT 1 FROM leases WHERE name = ${name})`,
    );
    return taken === 1;
  });
}

/** Renews a lease until it is done with. @throws Error where it went to another, or could not be renewed before its end */
async function keepLease(db: Db, name: string, holder: string, done: AbortSignal): Promise<void> {
  let renewedAt = performance.now();
  while (await sleeps(RENEWED_EVERY, done)) {
    const asked = performance.now();
    try {
      const renewed = await db.execute(
        sql`UPDATE leases SET expires_at = ${raw(db.dialect.clock)} + ${DURATION}
            WHERE name = ${name} AND holder = ${holder}`,
      );
      if (renewed === 0) throw new LeaseLost(`the lease of ${name} went to another process`);
      renewedAt = asked;
    } catch (error) {
      if (error instanceof LeaseLost || performance.now() - renewedAt > DURATION - RENEWED_EVERY) throw error;
    }
  }
}

class LeaseLost extends Error {}

function sleeps(milliseconds: number, done: AbortSignal): Promise<boolean> {
  return sleep(milliseconds, true, { signal: done }).catch(() => false);
}
