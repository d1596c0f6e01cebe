import type { MigrationInterface, QueryRunner } from 'typeorm';
import { bigint, createTable, key } from './tables.js';

/** What users saw when it was deleted. Of earlier deletions it is not known whether they saw all of it: they are left out. */
export class PastShares1764650000000 implements MigrationInterface {
  name = 'PastShares1764650000000';

  async up(q: QueryRunner): Promise<void> {
    await createTable(q, 'past_shares', {
      user_id: key(bigint),
      resource_id: key(bigint),
      account_key: key(bigint),
    });
  }

  async down(): Promise<void> {
    throw new Error('this migration is not taken back: restore the backup from before it');
  }
}
