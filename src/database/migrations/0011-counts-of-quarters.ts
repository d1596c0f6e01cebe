import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Days are made of their quarters of an hour, where a table has those: their own counts are not kept any more. */
export class CountsOfQuarters1764410000000 implements MigrationInterface {
  name = 'CountsOfQuarters1764410000000';

  async up(q: QueryRunner): Promise<void> {
    for (const table of ['operation_counts', 'user_counts']) await q.query(`DELETE FROM ${table} WHERE width = 96`);
  }

  async down(): Promise<void> {
    throw new Error('this migration is not taken back: restore the backup from before it');
  }
}
