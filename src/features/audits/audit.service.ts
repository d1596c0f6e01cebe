import sql, { join } from 'sql-template-tag';
import { BLOCK_SIZE, takeAuditIds } from '../../database/audit-ids.js';
import { cutTexts } from '../../database/cut-texts.js';
import type { Database, Db, Transaction, Value } from '../../database/db.js';
import type { RecordOutcome } from '../../database/module.js';
import { auditsAdded } from '../../database/positions.js';
import { tooLong } from '../../database/rows.js';
import { isTransaction, transaction } from '../../database/transaction.js';
import { chunks } from '../../lib/chunks.js';
import { byCodePoints } from '../../lib/code-points.js';
import { writeInGroup } from './audit.batcher.js';
import { differingFields, storedRecords } from './audit.conflict.js';
import { Audit } from './audit.js';
import { linkAudits } from './audit.links.js';
import { insertNames } from './audit.name-index.js';
import { operatorsOf } from './audit.operators.js';
import type { AuditRecord } from './audit.record.js';
import { keptSince } from './retention/retention-tables.js';

/**
 * Stores audits of a source, those that it did not send before. An audit is known by the source's own id and never
 * changed: what is sent again is UNCHANGED, and another audit under a known id is a conflict. The outcomes are in the order
 * of the records. Within a transaction they are a part of it; else they are written with those of other callers, and
 * committed when it resolves.
 */
export async function recordAudits(db: Db, source: string, records: readonly AuditRecord[]): Promise<RecordOutcome[]> {
  if (records.length === 0) return [];
  if (isTransaction(db)) return transaction(db, (tx) => writeAudits(tx, source, records));
  return writeInGroup(db as Database, source, records, writeAudits);
}

/** As `recordAudits` within a transaction, of audits by one operator, whose name has this id. */
export function recordAuditsBy(
  tx: Transaction,
  operatorNameId: number,
  source: string,
  records: readonly AuditRecord[],
): Promise<RecordOutcome[]> {
  return transaction(tx, (part) => writeAudits(part, source, records, operatorNameId));
}

/** What is not cut if it is too long: the record is refused. */
const KEYS = new Set(['sourceId']);

async function writeAudits(
  tx: Transaction,
  source: string,
  given: readonly AuditRecord[],
  operator?: number,
): Promise<RecordOutcome[]> {
  const records = given.map((record) => cutTexts(Audit, record, KEYS));
  const known = await knownRecords(tx, source, records);
  const since = await keptSince(tx);
  const fresh: AuditRecord[] = [];
  const outcomes = records.map((record): RecordOutcome => {
    const refused = tooLong(Audit, record);
    if (refused) return { refused };
    const stored = known.get(record.sourceId);
    if (stored) {
      const conflict = differingFields(stored, record);
      return conflict.length > 0 ? { conflict } : 'UNCHANGED';
    }
    if (since !== null && record.occurredAt < since) {
      return { refused: `occurredAt: ${record.occurredAt} is before ${since}, and older audits are not kept here` };
    }
    known.set(record.sourceId, record);
    fresh.push(record);
    return 'ADDED';
  });
  for (const part of chunks(fresh, BLOCK_SIZE)) await addAudits(tx, source, part, operator);
  return outcomes;
}

/** Finds those of the records whose ids are stored. Their other columns are read only then, so that new audits cost nothing. */
async function knownRecords(
  tx: Transaction,
  source: string,
  records: readonly AuditRecord[],
): Promise<Map<string, AuditRecord>> {
  const known = new Set<string>();
  for (const part of chunks(records, 5_000)) {
    const wanted = part.map(({ sourceId }) => sourceId);
    if (!(await anyBetween(tx, source, wanted))) continue;
    const rows = await tx.query<{ sourceId: string }>(
      sql`SELECT source_id AS sourceId FROM audits WHERE source = ${source} AND source_id IN (${join(wanted)})`,
    );
    for (const { sourceId } of rows) known.add(sourceId);
  }
  return storedRecords(tx, source, [...known]);
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

/** The columns of `addAudits`, which does without `insertAll`: a row object more for each audit is what shows at its speed. */
const columns = [
  'id',
  'source',
  'source_id',
  'occurred_at',
  'recorded_at',
  'category',
  'operation',
  'outcome',
  'operated_by',
  'operator_name_id',
  'ip_address',
  'client_type',
  'reason',
  'ticket_id',
  'resource_id',
  'resource_name',
  'account_id',
  'account_name',
  'user_name',
  'user_full_name',
];

async function addAudits(
  tx: Transaction,
  source: string,
  records: readonly AuditRecord[],
  operator: number | undefined,
): Promise<void> {
  const links = await linkAudits(tx, source, records);
  const operators = operator === undefined ? await operatorsOf(tx, source, records) : records.map(() => operator);
  const first = await takeAuditIds(tx);
  const recordedAt = tx.dialect.timeValue(new Date().toISOString());
  // Each row is made when it is written: none of them has to outlive the next.
  const rows = function* (): Generator<Value[]> {
    for (let n = 0; n < records.length; n++) {
      const record = records[n]!;
      const { resourceId, accountId } = links[n]!;
      yield [
        first + n,
        source,
        record.sourceId,
        tx.dialect.timeValue(record.occurredAt),
        recordedAt,
        record.category,
        record.operation,
        record.outcome,
        record.operatedBy,
        operators[n]!,
        record.ipAddress ?? null,
        record.clientType ?? null,
        record.reason ?? null,
        record.ticketId ?? null,
        resourceId,
        record.resourceName ?? null,
        accountId,
        record.accountName ?? null,
        record.userName ?? null,
        record.userFullName ?? null,
      ];
    }
  };
  await tx.insertRows('audits', columns, { length: records.length, [Symbol.iterator]: rows });
  await insertNames(tx, first, records, links);
  auditsAdded(tx, first, records.length);
}
