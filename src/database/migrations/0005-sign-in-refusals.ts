import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, int, key, nullable, text, time } from './tables.js';

/** How many sign-ins are refused unseen. */
export class SignInRefusals1764250000000 implements MigrationInterface {
  name = 'SignInRefusals1764250000000';

  async up(q: QueryRunner): Promise<void> {
    await createTable(q, 'sign_in_refusals', {
      subject: key(text(80)),
      user_name: nullable(text(255)),
      began_at: time,
      ends_at: time,
      more: int,
      refused_from: nullable(text(64)),
    });
  }

  async down(q: QueryRunner): Promise<void> {
    await q.dropTable('sign_in_refusals');
  }
}
