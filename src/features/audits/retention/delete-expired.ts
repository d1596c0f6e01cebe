import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../../database/db.js';
import { withLease } from '../../../database/lease.js';
import { transaction } from '../../../database/transaction.js';
import { pluralize } from '../../../lib/pluralize.js';
import { commandLine, logActivity } from '../activity-log.js';
import { findHold, type Hold } from './hold.js';
import { removeAudits } from './remove-audits.js';
import { lockRetention } from './retention-tables.js';

/** Audits of one transaction: so few that nobody waits long for it. */
const BATCH = 1_000;

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** Milliseconds after which it is looked again whether the removal is still held back. */
const HELD_PAUSE = HOUR / 6;

/** What holds back the removal of audits in this process, of each database. */
const holds = new WeakMap<Db, Hold>();

/** What held back the removal of audits when this process last looked; null if nothing did. */
export function heldBack(db: Db): Hold | null {
  return holds.get(db.origin) ?? null;
}

/**
 * Removes the audits that are older than so many days, every hour, until it is stopped; where no days are set all are kept.
 * It removes nothing while an operator has to confirm it. `onHold` is called when that begins, for another reason too, and,
 * with null, when it is over.
 */
export async function deleteExpired(
  db: Db,
  days: number | undefined,
  stop: AbortSignal,
  onHold: (hold: Hold | null) => void = () => {},
): Promise<void> {
  if (days === undefined) return keepAll(db);
  while (!stop.aborted) {
    const before = daysAgo(days);
    const hold = await findHold(db, before);
    if (hold?.reason !== heldBack(db)?.reason) onHold(hold);
    if (hold) holds.set(db.origin, hold);
    else {
      holds.delete(db.origin);
      await withLease(db, 'audit retention', stop, async (signal) => {
        await removeOldAudits(db, before, signal);
      });
    }
    await sleeps(hold ? HELD_PAUSE : HOUR, stop);
  }
}

/** When audits occurred that are so many days old now, RFC 3339 in UTC. */
export function daysAgo(days: number): string {
  return new Date(Date.now() - days * DAY).toISOString();
}

/**
 * Removes the audits that occurred before a time, in small batches, each as long after the one before as that took; how many
 * they were. Two that do it at once wait for each other. Call `findHold` first: nothing is asked here.
 */
export async function removeOldAudits(
  db: Db,
  before: string,
  stop: AbortSignal,
  onRemoved: (audits: number) => void = () => {},
): Promise<number> {
  let total = 0;
  while (!stop.aborted) {
    const began = performance.now();
    const removed = await removeBatch(db, before);
    total += removed;
    onRemoved(total);
    if (removed < BATCH) break;
    await sleeps(performance.now() - began, stop);
  }
  return total;
}

/** The ids of the oldest audits that occurred before a time. */
export function oldestAudits(db: Db, before: string) {
  return sql`SELECT t.id FROM audits t ${raw(db.dialect.useIndex('audits_occurred_at'))}
    WHERE t.occurred_at < ${db.dialect.timeValue(before)} ORDER BY t.occurred_at, t.id LIMIT ${BATCH}`;
}

/** Removes the oldest of the audits that occurred before a time; after the last of them an audit says how many there were. */
function removeBatch(db: Db, before: string): Promise<number> {
  return transaction(db, async (tx) => {
    const { step, untold } = await lockRetention(tx);
    const rows = await tx.query<{ id: number }>(oldestAudits(tx, before));
    const ids = rows.map(({ id }) => id).sort((a, b) => a - b);
    const now = { step: ids.length > 0 ? step + 1 : step, occurredBefore: before };
    if (ids.length > 0) await removeAudits(tx, ids, now);
    const removed = untold + ids.length;
    const tells = ids.length < BATCH && removed > 0;
    await tx.execute(
      sql`UPDATE audit_retention SET step = ${now.step}, kept_since = ${tx.dialect.timeValue(before)},
          untold = ${tells ? 0 : removed} WHERE id = 1`,
    );
    if (tells) {
      const reason = `${pluralize(removed, 'audit')} that occurred before ${before}, which is as long as they are kept`;
      await logActivity(tx, commandLine, { operation: 'Audits Removed', reason });
    }
    return ids.length;
  });
}

/** Takes old audits again. */
async function keepAll(db: Db): Promise<void> {
  await db.execute(sql`UPDATE audit_retention SET kept_since = NULL WHERE id = 1 AND kept_since IS NOT NULL`);
}

function sleeps(milliseconds: number, stop: AbortSignal): Promise<void> {
  return sleep(milliseconds, undefined, { signal: stop }).catch(() => {});
}
