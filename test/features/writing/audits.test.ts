import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { countRecords, lastPosition } from '../../../src/database/positions.js';
import { transaction } from '../../../src/database/transaction.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { deleteResources, recordResources } from '../../../src/features/resources/resource.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anAudit, aResource, SOURCE, sourceIds, storedResource } from './records.js';

onEveryEngine('recording audits', (engine) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase(engine);
  });
  afterEach(() => database.drop());

  const record = (...records: Parameters<typeof recordAudits>[2][number][]) =>
    recordAudits(database.db, SOURCE, records);

  /** The resource and account that each audit is linked to, by their source ids and names. */
  const links = async () => {
    const rows = await database.db.query<{ resource: string | null; account: string | null }>(
      sql`SELECT r.source_id AS resource, p.identity AS account FROM audits a
          LEFT JOIN resources r ON r.id = a.resource_id LEFT JOIN privileged_accounts p ON p.id = a.account_id
          ORDER BY a.id`,
    );
    return rows.map(({ resource, account }) => [resource, account]);
  };

  test('adds each once and never changes it: another one under its id is a conflict', async () => {
    const conflict = { conflict: ['operation'] };
    expect(await record(anAudit('1'), anAudit('2'), anAudit('1', { operation: 'x' }))).toEqual([
      'ADDED',
      'ADDED',
      conflict,
    ]);
    expect(await record(anAudit('2', { operation: 'y' }), anAudit('3'), anAudit('2'))).toEqual([
      conflict,
      'ADDED',
      'UNCHANGED',
    ]);
    const operations = await database.db.query(sql`SELECT DISTINCT operation FROM audits`);
    expect(operations).toEqual([{ operation: 'Password Retrieved' }]);
    expect(await countRecords(database.db, Module.AUDITS)).toBe(3);
  });

  test('tells sources apart, and ids that differ by case', async () => {
    await record(anAudit('a'));
    expect(await record(anAudit('A'))).toEqual(['ADDED']);
    expect(await recordAudits(database.db, 'other', [anAudit('a')])).toEqual(['ADDED']);
  });

  test('takes more than a block of ids at once, and gives positions in their order', async () => {
    const outcomes = await record(...sourceIds(25_000).map((id) => anAudit(id)));
    expect(new Set(outcomes)).toEqual(new Set(['ADDED']));
    const [row] = await database.db.query<{ n: number }>(
      sql`SELECT COUNT(*) AS n FROM audit_spans s
          JOIN audits a ON a.id BETWEEN s.first_audit_id AND s.first_audit_id + s.audit_count - 1
          WHERE a.source_id = CAST(s.first_position + a.id - s.first_audit_id AS CHAR(20))`,
    );
    expect([row!.n, await lastPosition(database.db, Module.AUDITS)]).toEqual([25_000, 25_000]);
  });

  test('gives no position where nothing is new', async () => {
    await record(anAudit('1'));
    await record(anAudit('1'));
    expect(await lastPosition(database.db, Module.AUDITS)).toBe(1);
  });

  test('cuts a text that its column cannot hold, says so in it, and refuses only an id that is too long', async () => {
    const long = anAudit('1', { ipAddress: '1'.repeat(66), operatedBy: '😀'.repeat(300), reason: 'é'.repeat(16_001) });
    expect(await record(long, anAudit('x'.repeat(256)))).toEqual([
      'ADDED',
      { refused: 'sourceId has 256 characters; at most 255 are kept' },
    ]);
    expect(await record(long)).toEqual(['UNCHANGED']);
    const [row] = await database.db.query<{ ip: string; operator: string; reason: string }>(
      sql`SELECT ip_address AS ip, operated_by AS operator, reason FROM audits`,
    );
    expect(row).toEqual({
      ip: `${'1'.repeat(41)} … [cut: 66 characters]`,
      operator: `${'😀'.repeat(231)} … [cut: 300 characters]`,
      reason: `${'é'.repeat(15_974)} … [cut: 16001 characters]`,
    });
  });

  test('links to a resource and an account by the ids of the source', async () => {
    await recordResources(database.db, SOURCE, [aResource('1', { accounts: [{ sourceId: 'a', name: 'root' }] })]);
    const ids = { resourceSourceId: '1', accountSourceId: 'a' };
    await record(
      anAudit('1', ids),
      anAudit('2', { ...ids, resourceSourceId: '9' }),
      anAudit('3', { ...ids, accountSourceId: 'b' }),
    );
    expect(await links()).toEqual([
      ['1', 'a'],
      [null, null],
      ['1', null],
    ]);
  });

  test('links by name where only one has it', async () => {
    const accounts = [{ name: 'root' }, { sourceId: 'a', name: 'twin' }, { sourceId: 'b', name: 'twin' }];
    await recordResources(database.db, SOURCE, [
      aResource('1', { name: 'db', accounts }),
      aResource('2', { name: 'same' }),
      aResource('3', { name: 'same' }),
    ]);
    await record(
      anAudit('1', { resourceName: 'db', accountName: 'root' }),
      anAudit('2', { resourceName: 'same' }),
      anAudit('3', { resourceName: 'db', accountName: 'twin' }),
      anAudit('4', { resourceName: 'DB', accountName: 'root' }),
    );
    expect(await links()).toEqual([
      ['1', 'root'],
      [null, null],
      ['1', null],
      [null, null],
    ]);
  });

  test('never links to what another source has', async () => {
    await recordResources(database.db, 'other', [aResource('1', { name: 'db' })]);
    await record(anAudit('1', { resourceSourceId: '1' }), anAudit('2', { resourceName: 'db' }));
    expect(await links()).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  test('links to what is there by now, whatever was there or missing for audits before it', async () => {
    const about = (id: string) => anAudit(id, { resourceName: 'db', accountName: 'root' });
    const resource = (name: string, ...accounts: string[]) =>
      recordResources(database.db, SOURCE, [aResource('1', { name, accounts: accounts.map((name) => ({ name })) })]);
    await record(about('1'), anAudit('2', { resourceSourceId: '1' }));
    await resource('db');
    await record(about('3'), anAudit('4', { resourceSourceId: '1' }));
    await resource('db', 'root');
    await record(about('5'));
    await resource('renamed', 'root');
    await record(about('6'), anAudit('7', { resourceName: 'renamed', accountName: 'root' }));
    await deleteResources(database.db, SOURCE, ['1']);
    await record(anAudit('8', { resourceName: 'renamed' }));
    const linked = await database.db.query<{ resource: number | null; account: number | null }>(
      sql`SELECT resource_id AS resource, account_id AS account FROM audits ORDER BY id`,
    );
    const kinds = linked.map(({ resource, account }) => [resource, account].filter((id) => id !== null).length);
    expect(kinds).toEqual([0, 0, 1, 1, 2, 0, 2, 0]);
  });

  test('links to what the same transaction has written, and forgets it where nothing of it was kept', async () => {
    await record(anAudit('1', { resourceName: 'db' }));
    const written = transaction(database.db, async (tx) => {
      await recordResources(tx, SOURCE, [aResource('1', { name: 'db' })]);
      await recordAudits(tx, SOURCE, [anAudit('2', { resourceName: 'db' })]);
      const [audit] = await tx.query<{ id: number }>(sql`SELECT resource_id AS id FROM audits WHERE source_id = '2'`);
      expect(audit!.id).toBe((await storedResource(tx, '1')).id);
      throw new Error('nothing of it');
    });
    await expect(written).rejects.toThrow('nothing of it');
    await record(anAudit('3', { resourceName: 'db' }));
    expect(await links()).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  test('keeps the names and the id of a resource that was deleted', async () => {
    await recordResources(database.db, SOURCE, [aResource('1', { name: 'db', accounts: [{ name: 'root' }] })]);
    const { id } = await storedResource(database.db, '1');
    await record(anAudit('1', { resourceName: 'db', accountName: 'root', userName: 'bo', userFullName: 'Bo Ek' }));
    await deleteResources(database.db, SOURCE, ['1']);
    const rows = await database.db.query(
      sql`SELECT resource_id AS id, resource_name AS resource, account_name AS account, user_full_name AS name FROM audits`,
    );
    expect(rows).toEqual([{ id, resource: 'db', account: 'root', name: 'Bo Ek' }]);
  });
});
