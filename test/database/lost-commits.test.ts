import sql from 'sql-template-tag';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Database } from '../../src/database/db.js';
import { Module } from '../../src/database/module.js';
import { openDatabase } from '../../src/database/open.js';
import { progressOf } from '../../src/database/positions.js';
import { transaction } from '../../src/database/transaction.js';
import { recordAudits } from '../../src/features/audits/audit.service.js';
import { deleteResources, recordResources } from '../../src/features/resources/resource.service.js';
import { restore } from '../features/list-laws.js';
import { anAudit, aResource, SOURCE, sourceIds } from '../features/writing/records.js';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { CuttingProxy, type Loss } from './cutting-proxy.js';

const losses: Loss[] = ['before', 'before, left open', 'after', 'on its way'];

describe('a commit whose connection is lost, on mariadb,', () => {
  let database: TestDatabase;
  let proxy: CuttingProxy;
  /** The same database, through the proxy. */
  let db: Database;
  beforeAll(async () => {
    database = await testDatabase('mariadb');
    proxy = await CuttingProxy.start(inject('mariadbPort'));
  });
  afterAll(async () => {
    await proxy.stop();
    await database.drop();
  });
  beforeEach(async () => {
    await restore(database.db);
    const url = new URL(database.url);
    url.port = String(proxy.port);
    db = await openDatabase(url.href);
  });
  afterEach(() => db.close());

  const progress = (module: Module) => progressOf(database.db, module);

  test.each(losses)('%s the server had it, keeps audits once, and says so', async (loss) => {
    proxy.lose(loss);
    const records = sourceIds(300).map((id) => anAudit(id));
    const outcomes = await recordAudits(db, SOURCE, records);
    expect(new Set(outcomes)).toEqual(new Set(['ADDED']));
    expect(await progress(Module.AUDITS)).toEqual({ position: 300, records: 300 });
    expect(await database.db.query(sql`SELECT COUNT(*) AS n FROM audits`)).toEqual([{ n: 300 }]);
    expect(await recordAudits(db, SOURCE, records)).toEqual(Array(300).fill('UNCHANGED'));
  });

  test.each(losses)('%s the server had it, keeps what became of resources once, and says so', async (loss) => {
    proxy.lose(loss, loss, loss);
    const written = [
      await recordResources(db, SOURCE, [aResource('1'), aResource('2')]),
      await recordResources(db, SOURCE, [aResource('1', { description: 'other' }), aResource('2')]),
      await deleteResources(db, SOURCE, ['1']),
    ];
    expect(written).toEqual([['ADDED', 'ADDED'], ['CHANGED', 'UNCHANGED'], ['DELETED']]);
    expect(await progress(Module.RESOURCES)).toEqual({ position: 4, records: 1 });
  });

  test('several times in a row, is asked after each time', async () => {
    proxy.lose('before', 'before', 'after');
    expect(await recordAudits(db, SOURCE, [anAudit('1')])).toEqual(['ADDED']);
    expect(await progress(Module.AUDITS)).toEqual({ position: 1, records: 1 });
  });

  test('gives each of many callers its own outcomes', async () => {
    proxy.lose('after', 'before');
    const calls = sourceIds(60).map((id) => recordAudits(db, SOURCE, [anAudit(id), anAudit('everybody’s')]));
    const outcomes = await Promise.all(calls);
    expect(outcomes.map(([own]) => own)).toEqual(Array(60).fill('ADDED'));
    expect(outcomes.filter(([, shared]) => shared === 'ADDED')).toHaveLength(1);
    expect((await progress(Module.AUDITS)).records).toBe(61);
  });

  test('runs its work again only where nothing was kept', async () => {
    for (const [loss, expected] of [
      ['after', 1],
      ['before', 2],
    ] as const) {
      let runs = 0;
      proxy.lose(loss);
      await transaction(db, async (tx) => {
        runs += 1;
        await recordAudits(tx, SOURCE, [anAudit(loss)]);
      });
      expect(runs).toBe(expected);
    }
  });

  test('leaves one row for each transaction that was open at once, and no more', async () => {
    for (const id of sourceIds(20)) await recordAudits(db, SOURCE, [anAudit(id)]);
    const [row] = await database.db.query<{ n: number }>(sql`SELECT COUNT(*) AS n FROM commit_marks`);
    expect(row!.n).toBeLessThan(20);
  });
});
