import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';
import { insertMissing } from './rows.js';
import { bigint, createTable, key, nullable, time } from './tables.js';

/** What is kept of audits, and what feeds have to know of what was removed. */
export class AuditRetention1764400000000 implements MigrationInterface {
  name = 'AuditRetention1764400000000';

  async up(q: QueryRunner): Promise<void> {
    await createTable(q, 'audit_retention', {
      id: key(bigint),
      step: bigint,
      kept_since: nullable(time),
      untold: bigint,
    });
    await insertMissing(q, 'audit_retention', { id: 1 }, { step: 0, untold: 0 });
    await createTable(q, 'audit_removals', { step: key(bigint), last_position: bigint, occurred_before: time });
    const spans = (await q.getTable('audit_spans'))!;
    const name = 'audit_spans_first_audit';
    if (spans.indices.some((index) => index.name === name)) return;
    await q.createIndex(spans, new TableIndex({ name, columnNames: ['first_audit_id'] }));
  }

  async down(): Promise<void> {
    throw new Error('this migration is not taken back: restore the backup from before it');
  }
}
