import sql, { join } from 'sql-template-tag';
import { BLOCK_SIZE, takeAuditIds } from '../../database/audit-ids.js';
import type { Db, Transaction } from '../../database/db.js';
import type { RecordOutcome } from '../../database/module.js';
import { auditsAdded } from '../../database/positions.js';
import { insertAll, tooLong } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { chunks } from '../../lib/chunks.js';
import { Audit } from './audit.js';
import { linkAudits } from './audit.links.js';
import type { AuditRecord } from './audit.record.js';

/**
 * Stores audits of a source, those that it did not send before. An audit is known by the source's own id and never
 * changed: what is sent again is UNCHANGED, whatever it says. The outcomes stand in the order of the records.
 */
export function recordAudits(db: Db, source: string, records: readonly AuditRecord[]): Promise<RecordOutcome[]> {
  return transaction(db, async (tx) => {
    const known = await knownSourceIds(tx, source, records);
    const fresh: AuditRecord[] = [];
    const outcomes = records.map((record): RecordOutcome => {
      const refused = tooLong(Audit, record);
      if (refused) return { refused };
      if (known.has(record.sourceId)) return 'UNCHANGED';
      known.add(record.sourceId);
      fresh.push(record);
      return 'ADDED';
    });
    for (const part of chunks(fresh, BLOCK_SIZE)) await addAudits(tx, source, part);
    return outcomes;
  });
}

async function knownSourceIds(tx: Transaction, source: string, records: readonly AuditRecord[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (const part of chunks(records, 5_000)) {
    const rows = await tx.query<{ sourceId: string }>(
      sql`SELECT source_id AS sourceId FROM audits
          WHERE source = ${source} AND source_id IN (${join(part.map(({ sourceId }) => sourceId))})`,
    );
    for (const { sourceId } of rows) known.add(sourceId);
  }
  return known;
}

async function addAudits(tx: Transaction, source: string, records: readonly AuditRecord[]): Promise<void> {
  const links = await linkAudits(tx, source, records);
  const first = await takeAuditIds(tx);
  const recordedAt = new Date().toISOString();
  const ids = records.map((_, index) => first + index);
  const rows = records.map((record, index) => ({
    id: ids[index],
    source,
    sourceId: record.sourceId,
    occurredAt: record.occurredAt,
    recordedAt,
    category: record.category,
    operation: record.operation,
    outcome: record.outcome,
    operatedBy: record.operatedBy,
    ipAddress: record.ipAddress,
    clientType: record.clientType,
    reason: record.reason,
    ticketId: record.ticketId,
    resourceId: links[index]?.resourceId,
    resourceName: record.resourceName,
    accountId: links[index]?.accountId,
    accountName: record.accountName,
    userName: record.userName,
    userFullName: record.userFullName,
  }));
  await insertAll(tx, Audit, rows);
  auditsAdded(tx, ids);
}
