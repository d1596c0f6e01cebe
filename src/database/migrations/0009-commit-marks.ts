import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, key, text, time } from './tables.js';

/** What transactions leave of themselves, so that a commit that was lost with its connection can be asked after. */
export class CommitMarks1764330000000 implements MigrationInterface {
  name = 'CommitMarks1764330000000';

  async up(q: QueryRunner): Promise<void> {
    await createTable(q, 'commit_marks', { writer: key(text(64)), mark: text(64), marked_at: time });
  }

  async down(q: QueryRunner): Promise<void> {
    await q.dropTable('commit_marks');
  }
}
