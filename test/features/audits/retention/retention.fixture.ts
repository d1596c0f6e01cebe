import sql from 'sql-template-tag';
import type { Database } from '../../../../src/database/db.js';
import type { AuditRecord } from '../../../../src/features/audits/audit.record.js';
import { recordAudits } from '../../../../src/features/audits/audit.service.js';
import { removeOldAudits } from '../../../../src/features/audits/retention/delete-expired.js';
import { removeEverything } from '../rollups/rollups.fixture.js';

const DAY = 86_400_000;

/** The days that audits are kept in these tests. */
export const DAYS = 30;

/** A time so many days ago. */
export const daysAgo = (days: number) => new Date(Date.now() - days * DAY).toISOString();

let made = 0;

/** An audit that occurred so many days ago; its operation is a name for it. */
export const audit = (operation: string, days: number, but: Partial<AuditRecord> = {}): AuditRecord => ({
  sourceId: `${made++}`,
  occurredAt: daysAgo(days),
  category: 'RESOURCE',
  operation,
  outcome: 'SUCCESS',
  operatedBy: 'ann',
  ...but,
});

export const write = (db: Database, ...records: AuditRecord[]) => recordAudits(db, 'test', records);

export const remove = (db: Database, days = DAYS) => removeOldAudits(db, daysAgo(days), new AbortController().signal);

/** A database of which nothing was ever removed. */
export async function startOver(db: Database): Promise<void> {
  await removeEverything(db);
  await db.execute(sql`DELETE FROM audit_removals`);
  await db.execute(sql`UPDATE audit_retention SET step = 0, kept_since = NULL, untold = 0`);
}

/** The operations of the audits that are stored, but for what the gateway records itself. */
export async function kept(db: Database): Promise<string[]> {
  const rows = await db.query<{ operation: string }>(
    sql`SELECT operation FROM audits WHERE source = 'test' ORDER BY operation`,
  );
  return rows.map(({ operation }) => operation);
}
