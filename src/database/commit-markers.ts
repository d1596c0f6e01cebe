import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import sql, { join, raw } from 'sql-template-tag';
import { AppError } from '../lib/app-error.js';
import type { Database, Db, Transaction } from './db.js';

/** What a transaction leaves of itself, in itself: who finds it afterwards knows that it was committed. */
export interface CommitMarker {
  /** A row that one transaction has at a time. */
  readonly writer: string;
  readonly marker: string;
}

/** How long a lost commit is asked after, in milliseconds: a server that was killed has to come up and to recover. */
const PATIENCE = 60_000;

/** Rows of processes that ended are removed after so many days. */
const RETENTION_DAYS = 30;

/** The rows that no transaction has, of each database. */
const freeWriters = new WeakMap<Db, string[]>();

/** Leaves a mark, before the transaction takes a lock that others wait for. */
export async function leaveMarker(tx: Transaction): Promise<CommitMarker> {
  const writer = free(tx).pop() ?? randomUUID();
  const marker = randomUUID();
  const now = Date.now();
  const at = tx.dialect.timeValue(new Date(now).toISOString());
  const marked = sql`UPDATE commit_marks SET mark = ${marker}, marked_at = ${at} WHERE writer = ${writer}`;
  if ((await tx.execute(marked)) === 0) {
    await tx.execute(sql`INSERT INTO commit_marks (writer, mark, marked_at) VALUES (${writer}, ${marker}, ${at})`);
    await sweepMarkers(tx, now);
  }
  return { writer, marker };
}

/** Lets another transaction have the row, when nobody will ask how this one ended. */
export function releaseMarker(db: Db, { writer }: CommitMarker): void {
  free(db).push(writer);
}

/**
 * Whether a transaction whose commit nobody answered was committed. Its mark is locked until it is over, on whatever
 * connection: whoever gets the lock reads how it ended.
 * @throws AppError UNAVAILABLE where it could not be found out
 */
export async function wasCommitted(db: Database, { writer, marker }: CommitMarker): Promise<boolean> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    try {
      const rows = await readLocked(db, writer);
      return rows[0]?.mark === marker;
    } catch (error) {
      if (performance.now() > deadline) throw unknownEnd(error);
      await sleep(100 + Math.random() * 200);
    }
  }
}

/** Removes what processes have left that ended long ago; by their keys, so that no row is waited for. */
async function sweepMarkers(tx: Transaction, now: number): Promise<void> {
  const before = tx.dialect.timeValue(new Date(now - RETENTION_DAYS * 86_400_000).toISOString());
  const old = await tx.query<{ writer: string }>(
    sql`SELECT writer FROM commit_marks WHERE marked_at < ${before} LIMIT 100`,
  );
  if (old.length === 0) return;
  await tx.execute(sql`DELETE FROM commit_marks WHERE writer IN (${join(old.map(({ writer }) => writer))})`);
}

async function readLocked(db: Database, writer: string): Promise<{ mark: string }[]> {
  const tx = await db.begin();
  try {
    return await tx.query(sql`SELECT mark FROM commit_marks WHERE writer = ${writer} ${raw(db.dialect.forUpdate)}`);
  } finally {
    await tx.rollback();
  }
}

function unknownEnd(cause: unknown): AppError {
  const error = new AppError(
    'UNAVAILABLE',
    'the connection to the database was lost, and it could not be found out whether the records were stored: send them again',
    2,
  );
  return Object.assign(error, { cause });
}

function free({ origin }: Db): string[] {
  let writers = freeWriters.get(origin);
  if (!writers) {
    writers = [];
    freeWriters.set(origin, writers);
  }
  return writers;
}
