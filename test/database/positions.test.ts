import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/database/db.js';
import { Module } from '../../src/database/module.js';
import { openDatabase } from '../../src/database/open.js';
import { countRecords, lastPosition } from '../../src/database/positions.js';
import { transaction } from '../../src/database/transaction.js';
import { recordAudits } from '../../src/features/audits/audit.service.js';
import { storeUserAccounts } from '../../src/features/resources/access-grant.service.js';
import { deleteResources, recordResources } from '../../src/features/resources/resource.service.js';
import { storeNames } from '../../src/features/users/user-names.service.js';
import { anAudit, aResource, aUser, SOURCE } from '../features/writing/records.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { FeedReader } from './feed-readers.js';

const modules = Object.values(Module);
const tables = { RESOURCES: 'resources', USER_ACCOUNTS: 'user_accounts', AUDITS: 'audits' };
/** They meet over the same few records, so that they deadlock often. */
const CHANGERS = 8;
const TRANSACTIONS = 8;

const upTo = (most: number) => Math.floor(Math.random() * most);
const someIds = (prefix: string, most: number) => Array.from({ length: 1 + upTo(most) }, (_, n) => `${prefix}-${n}`);

/** Writes rows of all modules in transactions that take their time, and of which many are taken back. */
async function write(db: Database, name: string): Promise<void> {
  for (let turn = 0; turn < TRANSACTIONS; turn++) {
    const written = transaction(db, async (tx) => {
      await recordAudits(
        tx,
        SOURCE,
        someIds(`${name}-${turn}`, 50).map((id) => anAudit(id)),
      );
      await recordResources(
        tx,
        SOURCE,
        someIds(`${name}-${turn}`, 5).map((id) => aResource(id)),
      );
      await storeUserAccounts(
        tx,
        SOURCE,
        someIds(`${name}-${turn}`, 5).map((id) => aUser(id)),
      );
      await sleep(upTo(12));
      if (upTo(4) === 0) throw new Error('taken back');
    });
    await written.catch((error) => expect(error.message).toBe('taken back'));
  }
}

/** Changes and deletes resources that others change and delete at the same time. */
async function change(db: Database, name: string): Promise<void> {
  for (let turn = 0; turn < 2 * TRANSACTIONS; turn++) {
    const ids = [...new Set(Array.from({ length: 6 }, () => String(upTo(30))))];
    await transaction(db, async (tx) => {
      if (upTo(3) === 0) await deleteResources(tx, SOURCE, ids);
      else
        await recordResources(
          tx,
          SOURCE,
          ids.map((id) => aResource(id, { description: `${name} ${turn}` })),
        );
      await sleep(upTo(8));
    });
  }
}

onEveryEngine('positions', (engine) => {
  let database: TestDatabase;
  /** A second copy of the program on the same database. */
  let second: Database;
  beforeEach(async () => {
    database = await testDatabase(engine);
    second = await openDatabase(database.url);
  });
  afterEach(async () => {
    await second.close();
    await database.drop();
  });

  /** Lets readers of each module follow while writers of both copies write. */
  async function whileWriting(
    count: number,
    writer: (db: Database, name: string) => Promise<void>,
  ): Promise<FeedReader[]> {
    const readers = modules.flatMap((module) =>
      [database.db, second, database.db].map((db) => new FeedReader(db, module)),
    );
    let isOver = false;
    const reading = readers.map((reader) => reader.follow(() => isOver));
    const writing = Array.from({ length: count }, (_, n) => writer(n % 2 ? database.db : second, `writer ${n}`));
    await Promise.all(writing).finally(() => {
      isOver = true;
    });
    await Promise.all(reading);
    return readers;
  }

  const idsOf = async (module: Module) => {
    const rows = await database.db.query<{ id: number }>(sql`SELECT id FROM ${raw(tables[module])} ORDER BY id`);
    return rows.map(({ id }) => id);
  };
  const positionsOf = async (module: Module) => {
    const rows = await database.db.query<{ position: number }>(
      module === Module.AUDITS
        ? sql`SELECT s.first_position + a.id - s.first_audit_id AS position FROM audit_spans s
              JOIN audits a ON a.id BETWEEN s.first_audit_id AND s.first_audit_id + s.audit_count - 1 ORDER BY position`
        : sql`SELECT position FROM ${raw(tables[module])} ORDER BY position`,
    );
    return rows.map(({ position }) => position);
  };

  test('have no gaps and count the records, whatever was taken back', async () => {
    await Promise.all([write(database.db, 'a'), write(second, 'b'), write(second, 'c')]);
    for (const module of modules) {
      const positions = await positionsOf(module);
      expect(positions).toEqual(positions.map((_, index) => index + 1));
      expect(await lastPosition(database.db, module)).toBe(positions.length);
      expect(await countRecords(database.db, module)).toBe((await idsOf(module)).length);
    }
  });

  test('tell every reader what is there in the end, whatever was changed and deleted', async () => {
    const readers = await whileWriting(CHANGERS, change);
    const ids = await idsOf(Module.RESOURCES);
    for (const { held } of readers.filter(({ module }) => module === Module.RESOURCES)) {
      expect([...held].sort((a, b) => a - b)).toEqual(ids);
    }
    expect(await countRecords(database.db, Module.RESOURCES)).toBe(ids.length);
  });
});

describe('a reader on mariadb, beside a transaction that took its ids first and commits last', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase('mariadb');
    // A name that is new is stored by one transaction at a time: the others would wait for the slow one.
    await transaction(database.db, (tx) => storeNames(tx, SOURCE, [anAudit('slow').operatedBy]));
  });
  afterEach(() => database.drop());

  /** Lets `read` run between the two commits and after them. */
  async function overlap(read: () => Promise<void>): Promise<void> {
    await transaction(database.db, async (tx) => {
      await recordAudits(tx, SOURCE, [anAudit('slow')]);
      await recordAudits(database.db, SOURCE, [anAudit('fast')]);
      await read();
    });
    await read();
  }

  const sourceIdsOf = (ids: number[]) =>
    Promise.all(ids.map((id) => database.db.query(sql`SELECT source_id AS id FROM audits WHERE id = ${id}`)));

  test('loses rows where it follows ids', async () => {
    const seen: string[] = [];
    let last = 0;
    await overlap(async () => {
      const rows = await database.db.query<{ id: number; sourceId: string }>(
        sql`SELECT id, source_id AS sourceId FROM audits WHERE id > ${last} ORDER BY id`,
      );
      for (const { id, sourceId } of rows) {
        seen.push(sourceId);
        last = id;
      }
    });
    expect(seen).toEqual(['fast']);
  });

  test('loses none where it follows positions', async () => {
    const reader = new FeedReader(database.db, Module.AUDITS);
    await overlap(() => reader.follow(() => true));
    expect(await sourceIdsOf(reader.upserts)).toEqual([[{ id: 'fast' }], [{ id: 'slow' }]]);
  });
});
