import { setImmediate as endOfTurn, setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import { fromSpans } from '../../../database/audit-spans.js';
import type { Db, Transaction } from '../../../database/db.js';
import { withLease } from '../../../database/lease.js';
import { Module } from '../../../database/module.js';
import { lastPosition } from '../../../database/positions.js';
import type { AuditSpan } from '../../../database/tables.js';
import { transaction } from '../../../database/transaction.js';
import { addAudits } from './add-audits.js';
import { countTables } from './count-tables.js';
import { followedSoFar, lockWatermark, moveWatermark } from './watermark.js';

/** Milliseconds between two looks at whether there are new audits. */
const LOOK_EVERY = 1_000;

/** Milliseconds between two looks at whether the copy that follows has stopped. */
const ASK_EVERY = 5_000;

/** What a follower rests, of the time that it took to count, while more comes in than it counts. */
const REST = 1 / 2;

/** Spans that are counted at once, where each holds few audits. */
const MOST_SPANS = 1_000;

/** Keeps the counts up to date until it is stopped, wherever no other copy of the program does. */
export async function followAudits(db: Db, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await asTheOnlyOne(db, stop, (signal) => keepUp(db, signal));
    await sleeps(ASK_EVERY, stop);
  }
}

/** Runs `work` unless another copy of the program follows. */
export function asTheOnlyOne(
  db: Db,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  return withLease(db, 'audit counts', stop, work);
}

/** Where more comes in than it counts it stays behind whatever it does, and lets those go first who write. */
async function keepUp(db: Db, signal: AbortSignal): Promise<void> {
  let before = 0;
  while (!signal.aborted) {
    const begin = performance.now();
    const behind = await countMore(db);
    if (behind === 0) await sleeps(LOOK_EVERY, signal);
    else if (behind > before) await sleeps((performance.now() - begin) * REST, signal);
    else await endOfTurn();
    before = behind;
  }
}

/**
 * Counts the next audits, and moves the watermark in the same transaction; how many were not counted before it did, 0
 * where there is nothing to do. Whoever else does it at the same time waits for the watermark, and goes on behind what
 * was counted.
 */
export async function countMore(db: Db): Promise<number> {
  const { position, last, clearing } = await followedSoFar(db);
  if (position >= last && !clearing) return 0;
  await transaction(db, async (tx) => {
    const mark = await lockWatermark(tx);
    if (mark.clearing) return clearSome(tx);
    const end = await lastPosition(tx, Module.AUDITS);
    const spans = await nextSpans(tx, mark.position);
    const reached = spans.at(-1);
    if (reached) await addAudits(tx, fromSpans(tx, spans), 'add');
    // Where there is no span, all up to the end were removed before they were counted.
    await moveWatermark(tx, reached ? reached.firstPosition + reached.auditCount - 1 : end);
  });
  return Math.max(1, last - position);
}

/** Spans behind a position, with about as many audits as one transaction should count; each as a whole. */
async function nextSpans(tx: Transaction, position: number): Promise<AuditSpan[]> {
  const spans = await tx.query<AuditSpan>(
    sql`SELECT first_position AS firstPosition, first_audit_id AS firstAuditId, audit_count AS auditCount
        FROM audit_spans WHERE first_position > ${position} ORDER BY first_position LIMIT ${MOST_SPANS}`,
  );
  const next: AuditSpan[] = [];
  let audits = 0;
  for (const span of spans) {
    next.push(span);
    audits += span.auditCount;
    if (audits >= tx.dialect.rowsAtOnce) break;
  }
  return next;
}

/** Deletes some of the counts, or, where there are none left, begins them anew. */
async function clearSome(tx: Transaction): Promise<void> {
  for (const { name } of countTables) {
    if ((await tx.execute(sql`${raw(tx.dialect.deleteSome(name))}`)) > 0) return;
  }
  await moveWatermark(tx, 0);
}

function sleeps(milliseconds: number, stop: AbortSignal): Promise<void> {
  return sleep(milliseconds, undefined, { signal: stop }).catch(() => {});
}
