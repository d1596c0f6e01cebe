import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';
import { insertMissing, numberOf, stepsBetween } from './rows.js';
import { addColumns, bigint, createTable, id, key, nullable, text, time } from './tables.js';

/** Ids whose audits one statement reads, or changes. */
const READ_AT_ONCE = 1_000_000;
const CHANGED_AT_ONCE = 50_000;

/** Names that the gateway records for itself: those of ingest tokens begin with `ingest:`. */
const IS_OWN_NAME = "(operated_by IN ('System', 'Unknown') OR operated_by LIKE 'ingest:%')";

/** Whom a source means by a user name, so that records belong to user accounts and not to names. */
export class Owners1764710000000 implements MigrationInterface {
  name = 'Owners1764710000000';

  async up(q: QueryRunner): Promise<void> {
    await insertMissing(q, 'gateway', { name: 'source links' }, { value: '' });
    await createTable(
      q,
      'source_links',
      { source: key(text(64)), other_source: key(text(64)), linked_at: time, linked_by: text(255) },
      { other: 'other_source' },
    );
    await createTable(
      q,
      'user_names',
      { id, source: text(64), name: text(255), retired: bigint, user_id: nullable(bigint) },
      { identity: 'unique:source,name,retired', user: 'user_id', name: 'name' },
    );
    await addColumns(q, 'resources', { owner_name_id: nullable(bigint) });
    await addColumns(q, 'audits', { operator_name_id: nullable(bigint) });
    await addColumns(q, 'refusals', { operator_id: nullable(bigint) });
    await dropIndex(q, 'audits', 'audits_operated_by');
    await dropIndex(q, 'resources', 'resources_owner_name');
    await nameUsers(q);
    await nameOwners(q);
    await nameOperators(q);
    await createIndex(q, 'audits', 'audits_operator', false, 'operator_name_id', 'occurred_at', 'id');
    await createIndex(q, 'resources', 'resources_owner', false, 'owner_name_id');
    await createIndex(q, 'user_accounts', 'user_accounts_name_in_source', true, 'source', 'user_name');
    await loosenUserNames(q);
  }

  async down(): Promise<void> {
    throw new Error('this migration is not taken back: restore the backup from before it');
  }
}

const NAMED = 'SELECT 1 FROM user_names n WHERE n.source';

async function nameUsers(q: QueryRunner): Promise<void> {
  await q.query(`INSERT INTO user_names (source, name, retired, user_id)
    SELECT u.source, u.user_name, 0, u.id FROM user_accounts u
    WHERE NOT EXISTS (${NAMED} = u.source AND n.name = u.user_name AND n.retired = 0)`);
}

async function nameOwners(q: QueryRunner): Promise<void> {
  await q.query(`INSERT INTO user_names (source, name, retired, user_id)
    SELECT DISTINCT r.source, r.owner_name, 0, NULL FROM resources r WHERE r.owner_name IS NOT NULL
      AND NOT EXISTS (${NAMED} = r.source AND n.name = r.owner_name AND n.retired = 0)`);
  await q.query(`UPDATE resources SET owner_name_id = (SELECT n.id FROM user_names n
      WHERE n.source = resources.source AND n.name = resources.owner_name AND n.retired = 0)
    WHERE owner_name IS NOT NULL AND owner_name_id IS NULL`);
}

/**
 * Of audits of a source, the source's names. Of those that the gateway recorded itself, the name of the one user account that
 * had it, for names were unique; else one that means nobody.
 */
async function nameOperators(q: QueryRunner): Promise<void> {
  const last = await numberOf(q, 'SELECT COALESCE(MAX(id), 0) AS n FROM audits');
  const own = `SELECT MIN(n.id) FROM user_names n WHERE n.name = audits.operated_by AND n.user_id IS NOT NULL`;
  const nobodys = `SELECT n.id FROM user_names n WHERE n.source = 'gateway' AND n.name = audits.operated_by AND n.retired = -1`;
  for (const step of stepsBetween(0, last, READ_AT_ONCE)) {
    await q.query(
      `INSERT INTO user_names (source, name, retired, user_id)
       SELECT DISTINCT t.source, t.operated_by, 0, NULL FROM audits t
       WHERE t.id > ? AND t.id <= ? AND t.source <> 'gateway'
         AND NOT EXISTS (${NAMED} = t.source AND n.name = t.operated_by AND n.retired = 0)`,
      step,
    );
    await q.query(
      `INSERT INTO user_names (source, name, retired, user_id)
       SELECT DISTINCT 'gateway', t.operated_by, -1, NULL FROM audits t
       WHERE t.id > ? AND t.id <= ? AND t.source = 'gateway'
         AND NOT EXISTS (${NAMED} = 'gateway' AND n.name = t.operated_by AND n.retired = -1)`,
      step,
    );
  }
  for (const step of stepsBetween(0, last, CHANGED_AT_ONCE)) {
    await q.query(
      `UPDATE audits SET operator_name_id = CASE
         WHEN source <> 'gateway' THEN (SELECT n.id FROM user_names n
           WHERE n.source = audits.source AND n.name = audits.operated_by AND n.retired = 0)
         WHEN ${IS_OWN_NAME} THEN (${nobodys})
         ELSE COALESCE((${own}), (${nobodys})) END
       WHERE id > ? AND id <= ? AND operator_name_id IS NULL`,
      step,
    );
  }
}

/** User names are unique within a source, no longer in all. */
async function loosenUserNames(q: QueryRunner): Promise<void> {
  const name = 'user_accounts_user_name';
  const index = (await q.getTable('user_accounts'))!.indices.find((one) => one.name === name);
  if (index && !index.isUnique) return;
  await dropIndex(q, 'user_accounts', name);
  await createIndex(q, 'user_accounts', name, false, 'user_name', 'id');
}

async function dropIndex(q: QueryRunner, tableName: string, name: string): Promise<void> {
  const table = (await q.getTable(tableName))!;
  const index = table.indices.find((one) => one.name === name);
  if (index) await q.dropIndex(table, index);
}

async function createIndex(
  q: QueryRunner,
  tableName: string,
  name: string,
  isUnique: boolean,
  ...columnNames: string[]
): Promise<void> {
  const table = (await q.getTable(tableName))!;
  if (table.indices.some((one) => one.name === name)) return;
  await q.createIndex(table, new TableIndex({ name, isUnique, columnNames }));
}
