import sql, { join } from 'sql-template-tag';
import { BLOCK_SIZE, takeAuditIds } from '../../database/audit-ids.js';
import type { Db, Transaction } from '../../database/db.js';
import type { RecordOutcome } from '../../database/module.js';
import { auditsAdded } from '../../database/positions.js';
import { insertAll, tooLong } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { chunks } from '../../lib/chunks.js';
import { byCodePoints } from '../../lib/code-points.js';
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
    const wanted = part.map(({ sourceId }) => sourceId);
    if (!(await anyBetween(tx, source, wanted))) continue;
    const rows = await tx.query<{ sourceId: string }>(
      sql`SELECT source_id AS sourceId FROM audits WHERE source = ${source} AND source_id IN (${join(wanted)})`,
    );
    for (const { sourceId } of rows) known.add(sourceId);
  }
  return known;
}

/** Whether the table has an id between the least and the greatest: ids that only grow are told new by one look. */
async function anyBetween(tx: Transaction, source: string, sourceIds: readonly string[]): Promise<boolean> {
  const [least, greatest] = extremes(sourceIds);
  const rows = await tx.query(
    sql`SELECT 1 AS found FROM audits
        WHERE source = ${source} AND source_id BETWEEN ${least} AND ${greatest} LIMIT 1`,
  );
  return rows.length > 0;
}

/** The first and last in the order of the table, which is that of code points. */
function extremes(texts: readonly string[]): [string, string] {
  let least = texts[0]!;
  let greatest = least;
  for (const text of texts) {
    if (byCodePoints(text, least) < 0) least = text;
    if (byCodePoints(text, greatest) > 0) greatest = text;
  }
  return [least, greatest];
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
