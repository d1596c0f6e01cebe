import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createAuditTables } from './0001-modules/audits.js';
import { insertPredefinedRoles } from './0001-modules/predefined-roles.js';
import { createResourceTables } from './0001-modules/resources.js';
import { createUserAccountTables } from './0001-modules/user-accounts.js';
import { insertMissing } from './rows.js';
import { bigint, createTable, id, key, nullable, text, time } from './tables.js';

/** The three modules, their positions, the roles given here and the connectors' tokens. */
export class Modules1763800000000 implements MigrationInterface {
  name = 'Modules1763800000000';

  async up(q: QueryRunner): Promise<void> {
    await createTable(q, 'gateway', { name: key(text(64)), value: text(255) });
    await createTable(q, 'positions', { module: key(text(32)), position: bigint, records: bigint });
    await createTombstones(q);
    await createUserAccountTables(q);
    await createResourceTables(q);
    await createAuditTables(q);
    await createConnectorTokens(q);
    await insertMissing(q, 'gateway', { name: 'id' }, { value: randomBytes(8).toString('hex') });
    for (const module of ['RESOURCES', 'USER_ACCOUNTS', 'AUDITS']) {
      await insertMissing(q, 'positions', { module }, { position: 0, records: 0 });
    }
    await insertPredefinedRoles(q);
  }

  async down(): Promise<void> {
    throw new Error('the first migration is not taken back: drop the database');
  }
}

function createTombstones(q: QueryRunner): Promise<void> {
  return createTable(q, 'tombstones', {
    module: key(text(32)),
    viewer_id: key(bigint),
    position: key(bigint),
    record_id: bigint,
  });
}

function createConnectorTokens(q: QueryRunner): Promise<void> {
  return createTable(
    q,
    'connector_tokens',
    { id, hash: text(64), hint: text(16), user_id: bigint, generated_at: time, revoked_at: nullable(time) },
    { hash: 'unique:hash', user: 'user_id' },
  );
}
