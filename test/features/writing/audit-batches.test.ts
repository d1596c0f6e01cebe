import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { countRecords } from '../../../src/database/positions.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anAudit, SOURCE, sourceIds } from './records.js';

onEveryEngine('many who record audits at once', (engine) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase(engine);
  });
  afterEach(() => database.drop());

  const transactions = async () => {
    const [row] = await database.db.query<{ n: number }>(sql`SELECT COUNT(*) AS n FROM audit_spans`);
    return row!.n;
  };

  test('share a few transactions, and have their own outcomes', async () => {
    await recordAudits(database.db, SOURCE, [anAudit('3')]);
    const calls = sourceIds(500).map((id) => recordAudits(database.db, `source ${Number(id) % 2}`, [anAudit(id)]));
    const own = recordAudits(database.db, SOURCE, [anAudit('3'), anAudit('4'), anAudit('4')]);
    expect(await Promise.all(calls)).toEqual(Array(500).fill(['ADDED']));
    expect(await own).toEqual(['UNCHANGED', 'ADDED', 'UNCHANGED']);
    expect(await countRecords(database.db, Module.AUDITS)).toBe(502);
    expect(await transactions()).toBeLessThan(30);
  });

  test('fail alone', async () => {
    const broken = anAudit('broken', { operation: null as never });
    const calls = sourceIds(40).map((id) =>
      recordAudits(database.db, SOURCE, id === '17' ? [anAudit(id), broken] : [anAudit(id)]),
    );
    const ended = await Promise.allSettled(calls);
    const failed = ended.flatMap(({ status }, n) => (status === 'rejected' ? [n + 1] : []));
    expect(failed).toEqual([17]);
    expect(await countRecords(database.db, Module.AUDITS)).toBe(39);
    expect(await recordAudits(database.db, SOURCE, [anAudit('17')])).toEqual(['ADDED']);
  });

  test('are held back where too many wait', async () => {
    const many = Array(150_000).fill(anAudit('1'));
    const first = [1, 2, 3].map((id) => recordAudits(database.db, SOURCE, [anAudit(`first ${id}`)]));
    const third = recordAudits(database.db, SOURCE, many);
    const fourth = recordAudits(database.db, SOURCE, many);
    await expect(fourth).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'too many audits wait to be stored' });
    expect(await Promise.all(first)).toEqual([['ADDED'], ['ADDED'], ['ADDED']]);
    expect(new Set(await third)).toEqual(new Set(['ADDED', 'UNCHANGED']));
  });
});
