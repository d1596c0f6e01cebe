import type { MigrationInterface, QueryRunner } from 'typeorm';
import { insertMissing } from './rows.js';
import { addColumns, bigint, createTable, flag, int, key, nullable, text, time } from './tables.js';

/** Sign-in, sessions and the integration's own life. */
export class Integration1764000000000 implements MigrationInterface {
  name = 'Integration1764000000000';

  async up(q: QueryRunner): Promise<void> {
    await createSignIn(q);
    await createIntegration(q);
    await addTokenLife(q);
    await createAnalyticsPlus(q);
  }

  async down(): Promise<void> {
    throw new Error('this migration is not taken back: restore the backup from before it');
  }
}

async function createSignIn(q: QueryRunner): Promise<void> {
  await createTable(q, 'passwords', { user_id: key(bigint), hash: text(255), changed_at: time });
  await createTable(
    q,
    'sessions',
    { hash: key(text(64)), user_id: bigint, created_at: time, last_seen_at: time },
    { user: 'user_id', created_at: 'created_at' },
  );
  await createTable(
    q,
    'sign_in_attempts',
    { name_hash: key(text(64)), failures: int, attempted_at: time, blocked_until: nullable(time) },
    { attempted_at: 'attempted_at' },
  );
}

async function createIntegration(q: QueryRunner): Promise<void> {
  await createTable(q, 'integration', {
    id: key(bigint),
    status: text(32),
    host_name: nullable(text(255)),
    port_number: nullable(int),
  });
  await insertMissing(q, 'integration', { id: 1 }, { status: 'NOT_CONFIGURED' });
}

/** Until now every token was made by the shell, which saves it at once. */
async function addTokenLife(q: QueryRunner): Promise<void> {
  await addColumns(q, 'connector_tokens', {
    saved_at: nullable(time),
    first_used_at: nullable(time),
    last_used_at: nullable(time),
    last_used_from: nullable(text(64)),
    refused_at: nullable(time),
  });
  await q.query('UPDATE connector_tokens SET saved_at = generated_at WHERE saved_at IS NULL');
}

async function createAnalyticsPlus(q: QueryRunner): Promise<void> {
  await createTable(q, 'analytics_plus', {
    token_id: key(bigint),
    build: int,
    reported_host_name: text(255),
    reported_port_number: int,
    time_zone: text(64),
    modules: text(255),
    import_period: text(32),
    imported_since: nullable(time),
    import_every_minutes: int,
    connected_at: time,
  });
  await createTable(q, 'module_imports', {
    token_id: key(bigint),
    module: key(text(32)),
    row_count: bigint,
    last_request_at: time,
    caught_up: flag,
  });
}
