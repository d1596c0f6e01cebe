import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { insertMissing } from './rows.js';

/** The key that cursors are sealed with: every process of the database reads the same. */
export class CursorKey1764600000000 implements MigrationInterface {
  name = 'CursorKey1764600000000';

  async up(q: QueryRunner): Promise<void> {
    await insertMissing(q, 'gateway', { name: 'cursor key' }, { value: randomBytes(32).toString('base64') });
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query("DELETE FROM gateway WHERE name = 'cursor key'");
  }
}
