import { setImmediate as endOfTurn, setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import type { Db, Transaction } from '../../../database/db.js';
import { withLease } from '../../../database/lease.js';
import { Module } from '../../../database/module.js';
import { fromRanges } from '../../../database/position-ranges.js';
import { lastPosition } from '../../../database/positions.js';
import type { PositionRange } from '../../../database/tables.js';
import { transaction } from '../../../database/transaction.js';
import { addAudits } from './add-audits.js';
import { countTables } from './count-tables.js';
import { lockWatermark, moveWatermark, type RollupProgress, rollupProgress } from './watermark.js';

/** Milliseconds between two looks at whether there are new audits. */
const LOOK_EVERY = 1_000;

/** Milliseconds between two looks at whether the copy that follows has stopped. */
const ASK_EVERY = 5_000;

/** What a rollup worker rests, of the time that it took to count, while audits come in. */
const REST = 1 / 2;

/** Spans that are counted at once, where each holds few audits. */
const MAX_RANGES = 1_000;

/** Keeps the counts up to date until it is stopped, wherever no other copy of the program does. */
export async function runRollupWorker(db: Db, stop: AbortSignal): Promise<void> {
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

/** Where much comes in meanwhile it lets those go first who write, and catches up afterwards. */
async function keepUp(db: Db, signal: AbortSignal): Promise<void> {
  let before: RollupProgress | undefined;
  while (!signal.aborted) {
    const started = performance.now();
    const begun = await countMore(db);
    if (!begun) await sleeps(LOOK_EVERY, signal);
    else if (before && isWrittenTo(before, begun)) await sleeps((performance.now() - started) * REST, signal);
    else await endOfTurn();
    before = begun;
  }
}

/** Whether, from one look to the next, more than half as many audits came in as were counted. */
function isWrittenTo(before: RollupProgress, { position, last }: RollupProgress): boolean {
  return last - before.last > (position - before.position) / 2;
}

/**
 * Counts the next audits, and moves the watermark in the same transaction; where it began, or undefined where there is
 * nothing to do. Whoever else does it at the same time waits for the watermark, and goes on behind what
 * was counted.
 */
export async function countMore(db: Db): Promise<RollupProgress | undefined> {
  const begun = await rollupProgress(db);
  if (begun.position >= begun.last && !begun.clearing) return undefined;
  await transaction(db, async (tx) => {
    const mark = await lockWatermark(tx);
    if (mark.clearing) return clearSome(tx);
    const end = await lastPosition(tx, Module.AUDITS);
    const ranges = await nextRanges(tx, mark.position);
    const reached = ranges.at(-1);
    if (reached) await addAudits(tx, fromRanges(tx, ranges), 'add');
    // Where there is no span, all up to the end were removed before they were counted.
    await moveWatermark(tx, reached ? reached.firstPosition + reached.auditCount - 1 : end);
  });
  return begun;
}

/** Spans behind a position, with about as many audits as one transaction should count; each as a whole. */
async function nextRanges(tx: Transaction, position: number): Promise<PositionRange[]> {
  const ranges = await tx.query<PositionRange>(
    sql`SELECT first_position AS firstPosition, first_audit_id AS firstAuditId, audit_count AS auditCount
        FROM audit_spans WHERE first_position > ${position} ORDER BY first_position LIMIT ${MAX_RANGES}`,
  );
  const next: PositionRange[] = [];
  let audits = 0;
  for (const range of ranges) {
    next.push(range);
    audits += range.auditCount;
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
