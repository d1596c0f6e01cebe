import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';
import { numberOf, stepsBetween } from './rows.js';
import { bigint, createTable, int, key, text, time } from './tables.js';

/** Ids whose audits one statement reads. */
const AT_ONCE = 1_000_000;

/** What names of user accounts and of resources are looked up by, in place of an index of every audit for each. */
export class AuditNames1764500000000 implements MigrationInterface {
  name = 'AuditNames1764500000000';

  async up(q: QueryRunner): Promise<void> {
    await createTable(
      q,
      'audit_names',
      { id: key(bigint), kind: key(int), name: text(255), occurred_at: time },
      { name: 'kind,name,occurred_at,id' },
    );
    await createTable(q, 'audit_resource_names', { name: key(text(255)), resource_id: key(bigint) });
    await fillNames(q);
    await fillResourceNames(q);
    await dropIndexes(q, 'audits_user_name', 'audits_resource_name');
    await widenIndex(q, 'audits_resource_id', 'resource_id', 'occurred_at', 'id', 'resource_name');
  }

  async down(): Promise<void> {
    throw new Error('this migration is not taken back: restore the backup from before it');
  }
}

const LAST_ID = 'SELECT COALESCE(MAX(id), 0) AS n FROM audits';

/** In the order of ids, each statement whole or not at all: whatever stands was preceded by all before it. */
async function fillNames(q: QueryRunner): Promise<void> {
  const begun = await numberOf(q, 'SELECT COALESCE(MAX(id), 0) AS n FROM audit_names');
  for (const step of stepsBetween(begun, await numberOf(q, LAST_ID), AT_ONCE)) {
    await q.query(
      `INSERT INTO audit_names (id, kind, name, occurred_at)
       SELECT id, 1, user_name, occurred_at FROM audits WHERE id > ? AND id <= ? AND user_name IS NOT NULL
       UNION ALL
       SELECT id, 2, resource_name, occurred_at FROM audits
       WHERE id > ? AND id <= ? AND resource_name IS NOT NULL AND resource_id IS NULL`,
      [...step, ...step],
    );
  }
}

/** Those that are missing: where a process was killed in between, audits may have come in since. */
async function fillResourceNames(q: QueryRunner): Promise<void> {
  for (const step of stepsBetween(0, await numberOf(q, LAST_ID), AT_ONCE)) {
    await q.query(
      `INSERT INTO audit_resource_names (name, resource_id)
       SELECT DISTINCT t.resource_name, t.resource_id FROM audits t
       WHERE t.id > ? AND t.id <= ? AND t.resource_name IS NOT NULL AND t.resource_id IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM audit_resource_names n WHERE n.name = t.resource_name AND n.resource_id = t.resource_id)`,
      step,
    );
  }
}

async function dropIndexes(q: QueryRunner, ...names: string[]): Promise<void> {
  const table = (await q.getTable('audits'))!;
  for (const name of names) {
    const index = table.indices.find((one) => one.name === name);
    if (index) await q.dropIndex(table, index);
  }
}

/** Makes an index anew, with more columns, unless it has them. */
async function widenIndex(q: QueryRunner, name: string, ...columnNames: string[]): Promise<void> {
  const table = (await q.getTable('audits'))!;
  const index = table.indices.find((one) => one.name === name);
  if (index?.columnNames.length === columnNames.length) return;
  if (index) await q.dropIndex(table, index);
  await q.createIndex(table, new TableIndex({ name, columnNames }));
}
