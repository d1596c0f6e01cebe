import sql, { raw } from 'sql-template-tag';
import { Entity } from 'typeorm';
import { Key, Long, Time } from '../../../database/columns.js';
import type { Db, Transaction } from '../../../database/db.js';

/** What is kept of audits: one row, which whoever removes some has locked. */
@Entity('audit_retention')
export class AuditRetention {
  @Key() id!: number;
  /** Counts the removals. */
  @Long() step!: number;
  /** Audits that occurred before it are not kept; null where all are. */
  @Time({ nullable: true }) keptSince!: string | null;
  /** Audits that were removed since an audit last said how many. */
  @Long() untold!: number;
}

/**
 * A removal of audits, as far as it matters to feeds: a cursor that was given out before it, for a place before `lastPosition`,
 * may have missed some. One that a later removal outdoes is forgotten, so that few are kept.
 */
@Entity('audit_removals')
export class AuditRemoval {
  @Key() step!: number;
  /** The greatest position that was removed. */
  @Long() lastPosition!: number;
  /** All that was removed occurred before it. */
  @Time() occurredBefore!: string;
}

/** When the audits that are kept begin, RFC 3339 in UTC; null where all are kept. */
export async function keptSince(db: Db): Promise<string | null> {
  const [row] = await db.query<{ since: string | null }>(
    sql`SELECT ${raw(db.dialect.timeText('kept_since'))} AS since FROM audit_retention WHERE id = 1`,
  );
  return row!.since;
}

/** The row, kept from others until the transaction ends. */
export async function lockRetention(tx: Transaction): Promise<Pick<AuditRetention, 'step' | 'untold'>> {
  const [row] = await tx.query<Pick<AuditRetention, 'step' | 'untold'>>(
    sql`SELECT step, untold FROM audit_retention WHERE id = 1 ${raw(tx.dialect.forUpdate)}`,
  );
  return row!;
}
