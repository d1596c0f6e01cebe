import type { MigrationInterface, QueryRunner } from 'typeorm';
import { bigint, createTable, id, longText, nullable, text, time } from './tables.js';

/** When records came in from a source, how many, and what went wrong. */
export class SourceRuns1764320000000 implements MigrationInterface {
  name = 'SourceRuns1764320000000';

  async up(q: QueryRunner): Promise<void> {
    await createTable(
      q,
      'source_runs',
      {
        id,
        source: text(64),
        kind: text(16),
        module: text(32),
        status: text(16),
        started_at: time,
        ended_at: nullable(time),
        rows_read: bigint,
        added: bigint,
        changed: bigint,
        unchanged: bigint,
        deleted: bigint,
        refused: bigint,
        message_lines: longText,
      },
      { source: 'source,kind,module,id' },
    );
  }

  async down(q: QueryRunner): Promise<void> {
    await q.dropTable('source_runs');
  }
}
