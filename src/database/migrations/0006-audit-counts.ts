import type { MigrationInterface, QueryRunner } from 'typeorm';
import { insertMissing } from './rows.js';
import { bigint, type Columns, createTable, flag, int, key, text } from './tables.js';

/** Counts of audits, and how far they have come. A database that has audits already begins with none of them counted. */
export class AuditCounts1764300000000 implements MigrationInterface {
  name = 'AuditCounts1764300000000';

  async up(q: QueryRunner): Promise<void> {
    await createTable(q, 'watermarks', { name: key(text(32)), position: bigint, clearing: flag });
    await insertMissing(q, 'watermarks', { name: 'AUDIT_COUNTS' }, { position: 0, clearing: 0 });
    const stretch: Columns = { width: key(int), bucket: key(int) };
    const resource: Columns = { resource_id: key(bigint), ...stretch };
    const audits: Columns = { audits: bigint };
    const operatedBy: Columns = { operated_by: key(text(255)) };
    const operation = key(text(255));
    const outcome = key(text(16));
    await createTable(q, 'operation_counts', {
      ...stretch,
      operation,
      category: key(text(32)),
      outcome,
      ...audits,
    });
    await createTable(q, 'user_counts', { ...stretch, ...operatedBy, outcome, ...audits });
    await createTable(q, 'resource_counts', { ...resource, outcome, ...audits });
    await createTable(q, 'resource_user_counts', { ...resource, ...operatedBy, operation, outcome, ...audits });
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of ['resource_user_counts', 'resource_counts', 'user_counts', 'operation_counts', 'watermarks']) {
      await q.dropTable(table, true);
    }
  }
}
