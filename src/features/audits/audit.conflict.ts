import sql, { join, raw } from 'sql-template-tag';
import type { Transaction } from '../../database/db.js';
import { selectList, VALUES_AT_ONCE } from '../../database/rows.js';
import { chunks } from '../../lib/chunks.js';
import { Audit } from './audit.js';
import type { AuditRecord } from './audit.record.js';

/** The fields that are stored as the source gave them. */
const STORED_FIELDS = [
  'occurredAt',
  'category',
  'operation',
  'outcome',
  'operatedBy',
  'ipAddress',
  'clientType',
  'reason',
  'ticketId',
  'resourceName',
  'accountName',
  'userName',
  'userFullName',
] as const satisfies (keyof AuditRecord)[];

/** The fields of which only the link that they led to is stored: there may be none, or it may lead nowhere by now. */
const LINK_FIELDS = ['resourceSourceId', 'accountSourceId'] as const satisfies (keyof AuditRecord)[];

/** Reads the stored audits of a source as the records that they came from, as far as that is known, by their source ids. */
export async function storedRecords(
  tx: Transaction,
  source: string,
  sourceIds: readonly string[],
): Promise<Map<string, AuditRecord>> {
  const records = new Map<string, AuditRecord>();
  const index = raw(tx.dialect.useIndex('audits_identity'));
  for (const part of chunks(sourceIds, VALUES_AT_ONCE)) {
    const rows = await tx.query<AuditRecord>(
      sql`SELECT ${selectList(tx.dialect, Audit, ['sourceId', ...STORED_FIELDS], 't')},
            r.source_id AS resourceSourceId, p.identity AS accountSourceId
          FROM audits t ${index}
          LEFT JOIN resources r ON r.id = t.resource_id
          LEFT JOIN privileged_accounts p ON p.id = t.account_id
          WHERE t.source = ${source} AND t.source_id IN (${join(part)})`,
    );
    for (const row of rows) records.set(row.sourceId, row);
  }
  return records;
}

/**
 * Compares two audits of one id, and returns the names of the fields that differ. An outcome that is UNKNOWN, and a link
 * that one of the two does not have, are no difference: they say nothing.
 */
export function differingFields(stored: AuditRecord, record: AuditRecord): string[] {
  const fields: string[] = STORED_FIELDS.filter((field) => (stored[field] ?? null) !== (record[field] ?? null));
  const known = fields.filter(
    (field) => field !== 'outcome' || (stored.outcome !== 'UNKNOWN' && record.outcome !== 'UNKNOWN'),
  );
  const links = LINK_FIELDS.filter((field) => stored[field] && record[field] && stored[field] !== record[field]);
  return [...known, ...links];
}

/** Says why an audit was not stored. It names fields, not their stored values: whoever pushes may not be allowed to read. */
export function conflictReason(fields: readonly string[]): string {
  return `another audit is stored under this sourceId, with other values of ${fields.join(', ')}: the first one stays; give each audit an id of its own`;
}
