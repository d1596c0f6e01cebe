import type { MigrationInterface, QueryRunner } from 'typeorm';
import { numberOf, stepsBetween } from './rows.js';
import { bigint, createTable, key } from './tables.js';

/** Positions that one statement converts. */
const AT_ONCE = 1_000_000;

/** Ids of one block, of which a transaction has used those from its beginning on. */
const BLOCK = 10_000;

/** One row for audits that were committed together, in place of one for each. */
export class AuditSpans1764200000000 implements MigrationInterface {
  name = 'AuditSpans1764200000000';

  async up(q: QueryRunner): Promise<void> {
    await createTable(q, 'audit_spans', {
      first_position: key(bigint),
      first_audit_id: bigint,
      audit_count: bigint,
    });
    if (!(await q.hasTable('audit_positions'))) return;
    await convert(q);
    await q.dropTable('audit_positions');
  }

  async down(): Promise<void> {
    throw new Error('this migration is not taken back: restore the backup from before it');
  }
}

/**
 * Audits of one block whose distance from their positions is the same follow each other. A span that ends with a part
 * goes on in another row, so that no part depends on the one before; each is written whole or not at all.
 */
async function convert(q: QueryRunner): Promise<void> {
  const last = await numberOf(q, 'SELECT COALESCE(MAX(position), 0) AS n FROM audit_positions');
  const begun = 'SELECT COALESCE(MAX(first_position + audit_count - 1), 0) AS n FROM audit_spans';
  for (const step of stepsBetween(await numberOf(q, begun), last, AT_ONCE)) {
    await q.query(
      `INSERT INTO audit_spans (first_position, first_audit_id, audit_count)
       SELECT MIN(position), MIN(audit_id), COUNT(*) FROM audit_positions WHERE position > ? AND position <= ?
       GROUP BY audit_id - position, audit_id - audit_id % ${BLOCK}`,
      step,
    );
  }
}
