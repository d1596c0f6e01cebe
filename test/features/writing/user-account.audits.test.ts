import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { countRecords } from '../../../src/database/positions.js';
import { transaction } from '../../../src/database/transaction.js';
import type { Operator } from '../../../src/features/audits/activity-log.js';
import { deleteUserAccounts, recordUserAccounts } from '../../../src/features/audits/user-account.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { assignRoles } from '../../../src/features/roles/role.service.js';
import type { GrantRecord, UserAccountRecord } from '../../../src/features/users/user-account.record.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { aResource, aUser, SOURCE, sourceIds } from './records.js';

const by: Operator = { userId: null, userName: 'the importer', ipAddress: '192.0.2.77', clientType: 'API Client' };

onEveryEngine('whoever changes user accounts by a source', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(engine);
    await recordResources(database.db, SOURCE, [aResource('1'), aResource('2')]);
  });
  afterAll(() => database.drop());
  beforeEach(() => deleteUserAccounts(database.db, by, SOURCE, ['1', '2', '3']));

  const record = (...records: UserAccountRecord[]) => recordUserAccounts(database.db, by, SOURCE, records);
  const remove = (...ids: string[]) => deleteUserAccounts(database.db, by, SOURCE, ids);
  const ownAudits = () =>
    database.db.query<{ operation: string; userName: string; reason: string }>(
      sql`SELECT operation, user_name AS userName, reason FROM audits WHERE source = 'gateway' ORDER BY id`,
    );

  /** The audits of a piece of work, as 'operation: user: reason'. */
  async function recordedBy(work: () => Promise<unknown>): Promise<string[]> {
    const { length } = await ownAudits();
    await work();
    return (await ownAudits())
      .slice(length)
      .map(({ operation, userName, reason }) => `${operation}: ${userName}: ${reason}`);
  }
  const last = async () => (await ownAudits()).at(-1)!;

  test('leaves an audit of each, that says who it was and from where', async () => {
    await record(aUser('1'));
    const [audit] = await database.db.query(
      sql`SELECT category, operation, outcome, operated_by AS operatedBy, ip_address AS ipAddress,
            client_type AS clientType, user_name AS userName, reason FROM audits ORDER BY id DESC LIMIT 1`,
    );
    expect(audit).toEqual({
      category: 'USER',
      operation: 'User Created',
      outcome: 'SUCCESS',
      operatedBy: 'the importer',
      ipAddress: '192.0.2.77',
      clientType: 'API Client',
      userName: 'user-1',
      reason: 'status ACTIVE, accessScope OWNED_AND_SHARED; of the source "pam360"',
    });
  });

  const share = (but: Partial<GrantRecord> = {}): GrantRecord => ({ level: 'VIEW', resourceSourceId: '1', ...but });

  test.each<[string, Partial<UserAccountRecord>, string]>([
    ['its email', { email: 'ann@example.com' }, 'email'],
    ['its lock', { status: 'LOCKED' }, 'status ACTIVE -> LOCKED'],
    ['its scope', { accessScope: 'ALL' }, 'accessScope OWNED_AND_SHARED -> ALL'],
    ['its name', { userName: 'anna' }, 'userName "user-1" -> "anna", fullName'],
    ['its roles', { roles: ['Auditor'] }, 'roles'],
    ['what is shared with it', { grants: [share({ level: 'MODIFY' })] }, 'grants'],
    ['what is no longer shared with it', { grants: [] }, 'grants'],
    ['its end', { expiresAt: '2030-01-01T00:00:00.000Z' }, 'expiresAt'],
    ['several at once', { email: 'a@b', status: 'DISABLED', roles: [] }, 'email, status ACTIVE -> DISABLED, roles'],
  ])('says what changed: %s', async (_, but, what) => {
    const before = aUser('1', { roles: ['Password User'], grants: [share()] });
    await record(before);
    const changed = { ...before, ...but };
    expect(await recordedBy(() => record(changed))).toEqual([
      `User Changed: ${changed.userName}: changed: ${what}; of the source "pam360"`,
    ]);
    expect(await recordedBy(() => record(changed))).toEqual([]);
  });

  test('leaves no audit of what is refused', async () => {
    await record(aUser('1', { userName: 'ann' }));
    expect(await recordedBy(() => record(aUser('2', { userName: 'ann' })))).toEqual([]);
  });

  test('says each of two changes of the same one', async () => {
    const operations = await recordedBy(() => record(aUser('1'), aUser('1', { status: 'LOCKED' })));
    expect(operations).toEqual([
      'User Created: user-1: status ACTIVE, accessScope OWNED_AND_SHARED; of the source "pam360"',
      'User Changed: user-1: changed: status ACTIVE -> LOCKED; of the source "pam360"',
    ]);
  });

  test('says who was deleted, once, and what it lost here', async () => {
    await record(aUser('1'), aUser('2'));
    await assignRoles(database.db, by, 'user-1', ['Administrator', 'ManageEngine Integration']);
    expect(await recordedBy(() => remove('1', '1', '2', 'x'))).toEqual([
      'User Deleted: user-1: its roles here: "Administrator", "ManageEngine Integration"; of the source "pam360"',
      'User Deleted: user-2: its roles here: none; of the source "pam360"',
    ]);
  });

  test('leaves an audit exactly where the change is kept', async () => {
    const failed = transaction(database.db, async (tx) => {
      await recordUserAccounts(tx, by, SOURCE, [aUser('3')]);
      throw new Error('after that');
    });
    await expect(failed).rejects.toThrow('after that');
    expect((await last()).userName).not.toBe('user-3');
  });

  test('writes many audits by few statements', async () => {
    const ids = sourceIds(2_000).map((id) => `many-${id}`);
    const writes = async (status: 'ACTIVE' | 'LOCKED') => {
      const before = await countRecords(database.db, Module.AUDITS);
      const records = ids.map((id) => aUser(id, { status }));
      await recordUserAccounts(database.db, by, SOURCE, records);
      return (await countRecords(database.db, Module.AUDITS)) - before;
    };
    expect([await writes('ACTIVE'), await writes('ACTIVE'), await writes('LOCKED')]).toEqual([2_000, 0, 2_000]);
    const inserts = await insertsOf(() => remove(...ids));
    expect(inserts).toBe(1);
  });

  /** How often audits are inserted while `work` runs: each insertion takes a block of ids. */
  async function insertsOf(work: () => Promise<unknown>): Promise<number> {
    const block = async () => {
      const [row] = await database.db.query<{ id: number }>(sql`SELECT MAX(id) AS id FROM audits`);
      return Math.floor(row!.id / 10_000);
    };
    const before = await block();
    await work();
    return (await block()) - before;
  }
});
