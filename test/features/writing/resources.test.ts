import sql, { raw } from 'sql-template-tag';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { countRecords, lastPosition } from '../../../src/database/positions.js';
import { deleteResources, recordResources } from '../../../src/features/resources/resource.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { aResource, SOURCE, sourceIds, storedResource } from './records.js';
import { StatementCounter } from './statement-counter.js';

onEveryEngine('recording resources', (engine) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase(engine);
  });
  afterEach(() => database.drop());

  const record = (...records: Parameters<typeof recordResources>[2][number][]) =>
    recordResources(database.db, SOURCE, records);
  const positions = () => lastPosition(database.db, Module.RESOURCES);
  const accounts = () =>
    database.db.query<{ id: number; identity: string; name: string; compliant: number | null }>(
      sql`SELECT id, identity, name, compliant FROM privileged_accounts ORDER BY id`,
    );
  const customFields = () =>
    database.db.query(sql`SELECT label, value FROM custom_fields ORDER BY resource_id, ordinal`);

  test('adds what is new, changes what differs and leaves the rest alone', async () => {
    expect(await record(aResource('1'), aResource('2'))).toEqual(['ADDED', 'ADDED']);
    const before = await storedResource(database.db, '2');
    expect(await record(aResource('1', { location: 'Oslo' }), aResource('2'))).toEqual(['CHANGED', 'UNCHANGED']);
    expect(await storedResource(database.db, '2')).toEqual(before);
    expect(await positions()).toBe(3);
  });

  test('gives a hundred changed of ten thousand a hundred new positions', async () => {
    const all = sourceIds(10_000).map((id) => aResource(id));
    await record(...all);
    const outcomes = await record(...all.map((one, n) => (n % 100 ? one : { ...one, type: 'Windows' })));
    expect(outcomes.filter((outcome) => outcome === 'CHANGED')).toHaveLength(100);
    expect(outcomes.filter((outcome) => outcome === 'UNCHANGED')).toHaveLength(9_900);
    expect([await positions(), await countRecords(database.db, Module.RESOURCES)]).toEqual([10_100, 10_000]);
  });

  test('changes ten thousand, with their accounts, by few statements', async () => {
    const all = (description: string) =>
      sourceIds(10_000).map((id) => aResource(id, { description, accounts: [{ name: 'root', description }] }));
    await record(...all('old'));
    const counted = new StatementCounter(database.db);
    const outcomes = await recordResources(counted, SOURCE, all('new'));
    expect(new Set(outcomes)).toEqual(new Set(['CHANGED']));
    expect(counted.count).toBeLessThan(250);
    const stored = sql`SELECT COUNT(*) AS n FROM resources r JOIN privileged_accounts a ON a.resource_id = r.id
                       WHERE r.description = 'new' AND a.description = 'new'`;
    expect(await database.db.query(stored)).toEqual([{ n: 10_000 }]);
  });

  test('takes and deletes more resources at once than a statement has parameters', async () => {
    const ids = sourceIds(33_000);
    await record(...ids.map((id) => aResource(id)));
    await deleteResources(database.db, SOURCE, ids);
    expect(await countRecords(database.db, Module.RESOURCES)).toBe(0);
  });

  test('lets the last of several with one id win, and gives one position', async () => {
    const outcomes = await record(aResource('1', { type: 'A' }), aResource('2'), aResource('1', { type: 'B' }));
    expect(outcomes).toEqual(['ADDED', 'ADDED', 'CHANGED']);
    const rows = await database.db.query(sql`SELECT source_id AS id, type FROM resources ORDER BY source_id`);
    expect(rows).toEqual([
      { id: '1', type: 'B' },
      { id: '2', type: 'Linux' },
    ]);
    expect(await positions()).toBe(2);
  });

  test('tells the same id of two sources apart', async () => {
    await record(aResource('1'));
    expect(await recordResources(database.db, 'other', [aResource('1')])).toEqual(['ADDED']);
    expect(await countRecords(database.db, Module.RESOURCES)).toBe(2);
  });

  test('compares exactly: case, accents and spaces make another id', async () => {
    const outcomes = await record(...['a', 'A', 'á', 'a '].map((id) => aResource(id)));
    expect(outcomes).toEqual(['ADDED', 'ADDED', 'ADDED', 'ADDED']);
  });

  test('forgets what is left out, but for accounts and custom fields', async () => {
    await record(aResource('1', { location: 'Oslo', accounts: [{ name: 'root' }], customFields: [{ label: 'Rack' }] }));
    expect(await record(aResource('1'))).toEqual(['CHANGED']);
    const rows = await database.db.query(sql`SELECT location, account_count AS accounts FROM resources`);
    expect(rows).toEqual([{ location: null, accounts: 1 }]);
    expect([await accounts(), await customFields()].map((list) => list.length)).toEqual([1, 1]);
  });

  test('keeps the times of the source, and its own where there are none', async () => {
    const modifiedAt = '2020-01-01T00:00:00.000Z';
    await record(aResource('1', { createdAt: '2019-01-01T00:00:00.000Z', modifiedAt }), aResource('2'));
    expect(await record(aResource('1'), aResource('2'))).toEqual(['UNCHANGED', 'UNCHANGED']);
    expect(await record(aResource('1', { modifiedAt }))).toEqual(['UNCHANGED']);
    const time = raw(database.db.dialect.timeText('modified_at'));
    const rows = await database.db.query(sql`SELECT ${time} AS at FROM resources WHERE source_id = '1'`);
    expect(rows).toEqual([{ at: modifiedAt }]);
  });

  test('says itself when a resource was modified whose source does not', async () => {
    await record(aResource('1', { modifiedAt: '2020-01-01T00:00:00.000Z' }));
    await record(aResource('1', { type: 'Windows' }));
    expect((await storedResource(database.db, '1')).modifiedAt.slice(0, 4)).not.toBe('2020');
  });

  test('keeps the id of an account that is changed, and lets one go that is gone', async () => {
    await record(
      aResource('1', {
        accounts: [
          { sourceId: 'a', name: 'root' },
          { name: 'oracle', compliant: true },
        ],
      }),
    );
    const [root, oracle] = await accounts();
    const outcome = await record(aResource('1', { accounts: [{ sourceId: 'a', name: 'toor', compliant: false }] }));
    expect(outcome).toEqual(['CHANGED']);
    expect(await accounts()).toEqual([{ id: root!.id, identity: 'a', name: 'toor', compliant: 0 }]);
    expect(oracle).toMatchObject({ identity: 'oracle', compliant: 1 });
  });

  test('finds accounts and custom fields unchanged where they are sent again', async () => {
    const same = aResource('1', {
      accounts: [{ name: 'b', compliant: true, lastModifiedAt: '2026-01-01T00:00:00.001Z' }, { name: 'a' }],
      customFields: [{ label: 'Rack', value: '7' }, { label: 'Floor' }],
    });
    await record(same);
    expect(await record(same, { ...same, accounts: [...same.accounts!].reverse() })).toEqual([
      'UNCHANGED',
      'UNCHANGED',
    ]);
    expect(await positions()).toBe(1);
  });

  test('keeps custom fields in their order, and another order is a change', async () => {
    const fields = [
      { label: 'z', value: '1' },
      { label: 'a', value: null },
      { label: 'z', value: '2' },
    ];
    await record(aResource('1', { customFields: fields }));
    expect(await customFields()).toEqual(fields);
    expect(await record(aResource('1', { customFields: fields.toReversed() }))).toEqual(['CHANGED']);
    expect(await customFields()).toEqual(fields.toReversed());
    expect(await record(aResource('1', { customFields: [] }))).toEqual(['CHANGED']);
    expect(await customFields()).toEqual([]);
  });

  test('refuses a name or an id that its column cannot hold, says why, and stores the rest', async () => {
    const long = 'é'.repeat(256);
    const outcomes = await record(
      aResource('1', { name: long }),
      aResource('2'),
      aResource('3', { accounts: [{ name: long }] }),
      aResource('4', { accounts: [{ sourceId: long, name: 'root' }] }),
      aResource('5', { ownerName: long }),
      aResource(long, { name: 'long id' }),
    );
    expect(outcomes).toEqual([
      { refused: 'name has 256 characters; at most 255 are kept' },
      'ADDED',
      { refused: 'name has 256 characters; at most 255 are kept' },
      { refused: 'identity has 256 characters; at most 255 are kept' },
      { refused: 'ownerName has 256 characters; at most 255 are kept' },
      { refused: 'sourceId has 256 characters; at most 255 are kept' },
    ]);
  });

  test('cuts every other text that its column cannot hold, and says so in it', async () => {
    const long = 'é'.repeat(300);
    const whole = aResource('1', {
      type: long,
      description: 'x'.repeat(16_001),
      url: `https://${'u'.repeat(2_000)}`,
      accounts: [{ name: 'root', passwordStatus: long, complianceReason: 'y'.repeat(16_001) }],
      customFields: [{ label: long, value: 'z'.repeat(16_001) }],
    });
    expect(await record(whole)).toEqual(['ADDED']);
    expect(await record(whole)).toEqual(['UNCHANGED']);
    const { db } = database;
    const cut = `${'é'.repeat(231)} … [cut: 300 characters]`;
    const [resource] = await db.query<object>(sql`SELECT type, description, url FROM resources`);
    expect(resource).toEqual({
      type: cut,
      description: `${'x'.repeat(15_974)} … [cut: 16001 characters]`,
      url: expect.stringMatching(/^https:\/\/u+ … \[cut: 2008 characters\]$/),
    });
    const [account] = await db.query<object>(
      sql`SELECT password_status AS status, compliance_reason AS reason FROM privileged_accounts`,
    );
    expect(account).toEqual({ status: cut, reason: expect.stringMatching(/^y+ … \[cut: 16001 characters\]$/) });
    expect(await customFields()).toEqual([
      { label: cut, value: expect.stringMatching(/^z+ … \[cut: 16001 characters\]$/) },
    ]);
  });

  test('holds the longest there is, in characters and not in bytes', async () => {
    const description = '😀'.repeat(16_000);
    await record(
      aResource('1', { name: '😀'.repeat(255), description, customFields: [{ label: 'x', value: description }] }),
    );
    const [row] = await database.db.query<{ description: string }>(sql`SELECT description FROM resources`);
    expect(row!.description).toBe(description);
  });

  test('refuses a resource with one account twice', async () => {
    const outcomes = await record(aResource('1', { accounts: [{ name: 'root' }, { sourceId: 'root', name: 'r' }] }));
    expect(outcomes).toEqual([{ refused: 'accounts: "root" stands there twice' }]);
  });

  test('deletes with accounts and fields, once, and adds it under another id when it comes again', async () => {
    await record(aResource('1', { accounts: [{ name: 'root' }], customFields: [{ label: 'Rack' }] }), aResource('2'));
    const { id } = await storedResource(database.db, '1');
    expect(await deleteResources(database.db, SOURCE, ['1', '1', 'no such'])).toEqual([
      'DELETED',
      'UNCHANGED',
      'UNCHANGED',
    ]);
    expect([await accounts(), await customFields()]).toEqual([[], []]);
    const tombstones = await database.db.query(
      sql`SELECT viewer_id AS viewer, position, record_id AS id FROM tombstones`,
    );
    expect(tombstones).toEqual([{ viewer: 0, position: 3, id }]);
    expect(await record(aResource('1'))).toEqual(['ADDED']);
    expect((await storedResource(database.db, '1')).id).toBeGreaterThan(id);
  });

  test('counts a resource once that two delete at the same time', async () => {
    const ids = sourceIds(50);
    await record(...sourceIds(60).map((id) => aResource(id)));
    const outcomes = await Promise.all([ids, ids].map((list) => deleteResources(database.db, SOURCE, list)));
    expect(outcomes.map((list) => list[0]).sort()).toEqual(['DELETED', 'UNCHANGED']);
    expect(await countRecords(database.db, Module.RESOURCES)).toBe(10);
  });
});
