import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../../database/db.js';
import { Module } from '../../../database/module.js';
import { countRecords } from '../../../database/positions.js';
import { OWN_SOURCE } from '../activity-log.js';

const DAY = 86_400_000;

/** Milliseconds that the newest audit may be older than the clock. */
const SILENCE = 7 * DAY;

/** So many audits may always be removed at once. */
const FEW = 1_000;

/** More of them only if they are at most this share of all, */
const SHARE = 0.2;

/** and never more than this, so that the count of them stays cheap. */
const MANY = 5_000_000;

/** Why audits are not removed before an operator confirms it. */
export interface Hold {
  readonly reason: (typeof holdReasons)[number];
  readonly found: string;
  /** What to do. */
  readonly advice: string;
}

export const holdReasons = ['clock', 'share'] as const;

/**
 * Finds out whether the removal of all audits that occurred before a time needs an operator, since a clock that is wrong
 * would remove what should stay; null if it does not. Its statements read few rows, however many audits there are.
 */
export async function findHold(db: Db, before: string): Promise<Hold | null> {
  if (!(await hasMoreThan(db, 0, before))) return null;
  return (await clockHold(db)) ?? (await shareHold(db, before));
}

/** An audit from another source carries the time of another clock. */
async function clockHold(db: Db): Promise<Hold | null> {
  const now = Date.now();
  // An audit of this gateway carries the clock that is in doubt. Those of the last day may be as wrong as it is.
  const newest = (await newestAudit(db, '<>', now + DAY)) ?? (await newestAudit(db, '=', now - DAY));
  if (newest === null || Date.parse(newest) >= now - SILENCE) return null;
  const found = `the newest audit is of ${newest}, and the clock says ${new Date(now).toISOString()}`;
  return { reason: 'clock', found, advice: 'set the clock right or, if it is, run pam-gateway prune --confirm' };
}

async function shareHold(db: Db, before: string): Promise<Hold | null> {
  const records = await countRecords(db, Module.AUDITS);
  const most = Math.max(FEW, Math.min(Math.floor(records * SHARE), MANY));
  if (!(await hasMoreThan(db, most, before))) return null;
  const found = `more than ${most} of ${records} audits occurred before ${before}`;
  return { reason: 'share', found, advice: 'to remove them, run pam-gateway prune --confirm' };
}

async function hasMoreThan(db: Db, audits: number, before: string): Promise<boolean> {
  const rows = await db.apart.query(
    sql`SELECT 1 AS found FROM audits t ${raw(db.dialect.useIndex('audits_occurred_at'))}
        WHERE t.occurred_at < ${db.dialect.timeValue(before)} ORDER BY t.occurred_at, t.id LIMIT 1 OFFSET ${audits}`,
  );
  return rows.length > 0;
}

/** When the newest audit of other sources, or of this gateway, occurred; those after `until` do not count. */
async function newestAudit(db: Db, comparison: '=' | '<>', until: number): Promise<string | null> {
  const [row] = await db.apart.query<{ occurredAt: string }>(
    sql`SELECT ${raw(db.dialect.timeText('t.occurred_at'))} AS occurredAt
        FROM audits t ${raw(db.dialect.useIndex('audits_occurred_at'))}
        WHERE t.occurred_at <= ${db.dialect.timeValue(new Date(until).toISOString())}
          AND t.source ${raw(comparison)} ${OWN_SOURCE}
        ORDER BY t.occurred_at DESC, t.id DESC LIMIT 1`,
  );
  return row?.occurredAt ?? null;
}
