import type { MigrationInterface, QueryRunner } from 'typeorm';
import { bigint, createTable, key, text } from './tables.js';

/** What only one copy of the program does at a time. */
export class Leases1764100000000 implements MigrationInterface {
  name = 'Leases1764100000000';

  async up(q: QueryRunner): Promise<void> {
    await createTable(q, 'leases', { name: key(text(64)), holder: text(64), expires_at: bigint });
  }

  async down(q: QueryRunner): Promise<void> {
    await q.dropTable('leases');
  }
}
