import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, id, nullable, text, time } from './tables.js';

/** Tokens that push records, apart from those that read. */
export class IngestTokens1764310000000 implements MigrationInterface {
  name = 'IngestTokens1764310000000';

  async up(q: QueryRunner): Promise<void> {
    await createTable(
      q,
      'ingest_tokens',
      {
        id,
        hash: text(64),
        hint: text(16),
        name: text(64),
        source: nullable(text(64)),
        generated_at: time,
        revoked_at: nullable(time),
        first_used_at: nullable(time),
        last_used_at: nullable(time),
        last_used_from: nullable(text(64)),
        refused_at: nullable(time),
      },
      { hash: 'unique:hash' },
    );
  }

  async down(): Promise<void> {
    throw new Error('this migration is not taken back: restore the backup from before it');
  }
}
