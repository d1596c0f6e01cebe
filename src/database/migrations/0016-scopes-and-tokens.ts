import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addColumns, bigint, createTable, key, nullable, text, time } from './tables.js';

/** Wider access scopes that wait for an administrator, and for each token who made it and when it expires. */
export class ScopesAndTokens1764630000000 implements MigrationInterface {
  name = 'ScopesAndTokens1764630000000';

  async up(q: QueryRunner): Promise<void> {
    await createTable(q, 'scope_requests', {
      user_id: key(bigint),
      requested_by: text(255),
      requested_at: time,
      refused_at: nullable(time),
    });
    for (const table of ['connector_tokens', 'ingest_tokens']) {
      await addColumns(q, table, { generated_by: nullable(text(255)), expires_at: nullable(time) });
    }
  }

  async down(): Promise<void> {
    throw new Error('this migration is not taken back: restore the backup from before it');
  }
}
