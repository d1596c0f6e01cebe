import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addColumns, bigint, nullable } from './tables.js';

/** How many records of a run came under the id of another stored one. */
export class RunConflicts1764690000000 implements MigrationInterface {
  name = 'RunConflicts1764690000000';

  async up(q: QueryRunner): Promise<void> {
    await addColumns(q, 'source_runs', { conflicts: nullable(bigint) });
  }

  async down(): Promise<void> {
    throw new Error('this migration is not taken back: restore the backup from before it');
  }
}
