import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { countRecords, lastPosition } from '../../../src/database/positions.js';
import { commandLine } from '../../../src/features/audits/activity-log.js';
import { deleteUserAccounts, recordUserAccounts } from '../../../src/features/audits/user-account.service.js';
import { deleteResources, recordResources } from '../../../src/features/resources/resource.service.js';
import { assignRoles } from '../../../src/features/roles/role.service.js';
import type { GrantRecord, UserAccountRecord } from '../../../src/features/users/user-account.record.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { aResource, aUser, SOURCE, sourceIds, storedUser } from './records.js';

onEveryEngine('recording user accounts', (engine) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase(engine);
    await recordResources(database.db, SOURCE, [aResource('1', { accounts: [{ name: 'root' }] }), aResource('2')]);
  });
  afterEach(() => database.drop());

  const record = (...records: UserAccountRecord[]) => recordUserAccounts(database.db, commandLine, SOURCE, records);
  const positions = () => lastPosition(database.db, Module.USER_ACCOUNTS);
  const roles = () => database.db.query(sql`SELECT role FROM user_account_roles ORDER BY user_id, role`);
  const grants = () =>
    database.db.query<{ level: string; name: string; account: string | null }>(
      sql`SELECT g.level, r.name, a.name AS account FROM access_grants g JOIN resources r ON r.id = g.resource_id
          LEFT JOIN privileged_accounts a ON a.id = g.account_key ORDER BY g.user_id, r.name, a.name`,
    );
  const view = (but: Partial<GrantRecord> = {}): GrantRecord => ({ level: 'VIEW', resourceSourceId: '1', ...but });

  test('adds what is new, changes what differs and leaves the rest alone', async () => {
    expect(await record(aUser('1'), aUser('2'))).toEqual(['ADDED', 'ADDED']);
    const before = await storedUser(database.db, '2');
    expect(await record(aUser('1', { department: 'IT' }), aUser('2'))).toEqual(['CHANGED', 'UNCHANGED']);
    expect(await storedUser(database.db, '2')).toEqual(before);
    expect([await positions(), await countRecords(database.db, Module.USER_ACCOUNTS)]).toEqual([3, 2]);
  });

  test('has changed where a resource or account that was shared with it gets another name', async () => {
    const named = (name: string, account: string) =>
      recordResources(database.db, SOURCE, [aResource('1', { name, accounts: [{ sourceId: 'a', name: account }] })]);
    await named('one', 'root');
    await record(aUser('1', { grants: [view({ accountSourceId: 'a' })] }));
    const before = await positions();
    await named('uno', 'root');
    expect(await positions()).toBe(before + 1);
    await named('uno', 'toor');
    expect(await positions()).toBe(before + 2);
  });

  test('is the same as before where it is given the roles that it has', async () => {
    await record(aUser('1'));
    await assignRoles(database.db, commandLine, 'user-1', ['Administrator', 'Password Auditor']);
    const before = await positions();
    await assignRoles(database.db, commandLine, 'user-1', ['Password Auditor', 'Administrator']);
    expect(await positions()).toBe(before);
  });

  test('is active and sees its own where the source says nothing, and has a full name in any case', async () => {
    await record(aUser('1'), aUser('2', { firstName: 'Ann', lastName: 'Lee' }), aUser('3', { fullName: 'Bo' }));
    const rows = await database.db.query(
      sql`SELECT status, access_scope AS scope, full_name AS name FROM user_accounts ORDER BY source_id`,
    );
    const plain = { status: 'ACTIVE', scope: 'OWNED_AND_SHARED' };
    expect(rows).toEqual(['user-1', 'Ann Lee', 'Bo'].map((name) => ({ ...plain, name })));
  });

  test('writes the roles that the source says, each once, and keeps them where it says none', async () => {
    await record(aUser('1', { roles: ['Password User', 'Auditor', 'Auditor'] }));
    expect(await record(aUser('1'), aUser('1', { roles: ['Auditor', 'Password User'] }))).toEqual([
      'UNCHANGED',
      'UNCHANGED',
    ]);
    expect(await roles()).toEqual([{ role: 'Auditor' }, { role: 'Password User' }]);
    expect(await record(aUser('1', { roles: [] }))).toEqual(['CHANGED']);
    expect(await roles()).toEqual([]);
  });

  test('writes grants of resources and of accounts, and keeps them where the source says none', async () => {
    const shared = [view({ level: 'MODIFY', resourceSourceId: '2' }), view({ accountSourceId: 'root' }), view()];
    await record(aUser('1', { grants: shared }));
    expect(await record(aUser('1'), aUser('1', { grants: shared.toReversed() }))).toEqual(['UNCHANGED', 'UNCHANGED']);
    expect(await grants()).toEqual([
      { level: 'VIEW', name: 'resource 1', account: null },
      { level: 'VIEW', name: 'resource 1', account: 'root' },
      { level: 'MODIFY', name: 'resource 2', account: null },
    ]);
  });

  test('lets the last of several grants of one thing win', async () => {
    await record(aUser('1', { grants: [view(), view({ level: 'FULL_ACCESS' }), view({ level: 'MODIFY' })] }));
    expect(await grants()).toEqual([{ level: 'MODIFY', name: 'resource 1', account: null }]);
  });

  test('refuses a grant of what the source does not have, and says which one', async () => {
    await recordResources(database.db, 'other', [aResource('9')]);
    const outcomes = await record(
      aUser('1', { grants: [view(), view({ resourceSourceId: '9' })] }),
      aUser('2'),
      aUser('3', { grants: [view({ accountSourceId: 'nobody' })] }),
    );
    expect(outcomes).toEqual([
      { refused: 'grants[1]: this source has no resource "9"; import resources first' },
      'ADDED',
      { refused: 'grants[0]: resource "1" has no account "nobody"' },
    ]);
    expect(await grants()).toEqual([]);
  });

  test('refuses a user name that another of its source has, and stores the rest', async () => {
    await record(aUser('1', { userName: 'ann' }));
    const outcomes = await record(aUser('2', { userName: 'ann' }), aUser('3'), aUser('4', { userName: 'user-3' }));
    const taken = (name: string) => ({
      refused: `userName: "${name}" belongs to another user account of this source already`,
    });
    expect(outcomes).toEqual([taken('ann'), 'ADDED', taken('user-3')]);
    expect(await recordUserAccounts(database.db, commandLine, 'other', [aUser('1', { userName: 'ann' })])).toEqual([
      'ADDED',
    ]);
  });

  test('lets one of two writers have a name that both want at the same time', async () => {
    const outcomes = await Promise.all(['1', '2'].map((id) => record(aUser(id, { userName: 'ann' }))));
    expect(outcomes.flat().filter((outcome) => outcome === 'ADDED')).toHaveLength(1);
    expect(outcomes.flat().filter((outcome) => typeof outcome === 'object')).toHaveLength(1);
  });

  test('refuses what its column cannot hold, and stores the rest', async () => {
    const long = 'x'.repeat(256);
    const outcomes = await record(aUser('1', { userName: long }), aUser('2', { roles: [long] }), aUser('3'));
    expect(outcomes).toEqual([
      { refused: 'userName has 256 characters; at most 255 are kept' },
      { refused: 'role has 256 characters; at most 255 are kept' },
      'ADDED',
    ]);
  });

  test('cuts every other text that its column cannot hold, and says so in it', async () => {
    const long = 'é'.repeat(600);
    const whole = aUser('1', { firstName: long, lastName: long, email: long, department: long, fullName: null });
    expect(await record(whole)).toEqual(['ADDED']);
    expect(await record(whole)).toEqual(['UNCHANGED']);
    const cut = `${'é'.repeat(231)} … [cut: 600 characters]`;
    const [user] = await database.db.query<object>(
      sql`SELECT first_name AS firstName, email, department, full_name AS fullName FROM user_accounts`,
    );
    expect(user).toEqual({ firstName: cut, email: cut, department: cut, fullName: `${cut} ${cut}` });
  });

  test('deletes with roles and grants, once, and adds it under another id when it comes again', async () => {
    await record(aUser('1', { roles: ['Auditor'], grants: [view()] }));
    const { id } = await storedUser(database.db, '1');
    expect(await deleteUserAccounts(database.db, commandLine, SOURCE, ['1', '1', 'x'])).toEqual([
      'DELETED',
      'UNCHANGED',
      'UNCHANGED',
    ]);
    expect([await roles(), await grants()]).toEqual([[], []]);
    const tombstones = await database.db.query(
      sql`SELECT module, viewer_id AS viewer, record_id AS id FROM tombstones`,
    );
    expect(tombstones).toEqual([{ module: 'USER_ACCOUNTS', viewer: 0, id }]);
    await record(aUser('1'));
    expect((await storedUser(database.db, '1')).id).toBeGreaterThan(id);
    expect(await countRecords(database.db, Module.USER_ACCOUNTS)).toBe(1);
  });

  test('gives a user a new position when its grants vanish with a resource or an account', async () => {
    await record(
      aUser('1', { grants: [view({ accountSourceId: 'root' })] }),
      aUser('2', { grants: [view({ resourceSourceId: '2' })] }),
      aUser('3'),
    );
    await recordResources(database.db, SOURCE, [aResource('1', { accounts: [] })]);
    await deleteResources(database.db, SOURCE, ['2']);
    const users = await Promise.all(['1', '2', '3'].map((id) => storedUser(database.db, id)));
    expect(users.map(({ position }) => position)).toEqual([4, 5, 3]);
    expect(await grants()).toEqual([]);
  });

  test('takes more of them at once than a statement has parameters', async () => {
    const outcomes = await record(...sourceIds(5_000).map((id) => aUser(id, { roles: ['A', 'B'], grants: [view()] })));
    expect(outcomes.every((outcome) => outcome === 'ADDED')).toBe(true);
    await recordResources(database.db, SOURCE, [aResource('1', { accounts: [] })]);
    expect(await countRecords(database.db, Module.USER_ACCOUNTS)).toBe(5_000);
  });
});
