import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from '../../src/features/audits/activity-log.js';
import { recordUserAccounts } from '../../src/features/audits/user-account.service.js';
import { assignRoles } from '../../src/features/roles/role.service.js';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { Program } from '../helpers/program.js';

let database: TestDatabase;
const pushed = { userId: null, userName: 'ingest:vault-1', ipAddress: null, clientType: 'API Client' } as const;
beforeAll(async () => {
  database = await testDatabase('sqlite');
  const { db } = database;
  const [ann, ben] = ['ann', 'ben'].map((userName) => ({ sourceId: userName, userName }));
  await recordUserAccounts(db, commandLine, 'vault', [ann!, { ...ben!, status: 'LOCKED' }]);
  await assignRoles(db, commandLine, 'ann', ['Password Auditor', 'ManageEngine Integration']);
  await recordUserAccounts(db, pushed, 'vault', [{ ...ann!, accessScope: 'ALL' }]);
});
afterAll(() => database.drop());

const program = new Program();
const run = (...args: string[]) => program.run(args, '', { DATABASE_URL: database.url });

test('user list shows source, state, scope, sign-in and roles, and role list what a role allows', async () => {
  const users = (await run('user', 'list')).stdout.split('\n');
  expect(users[0]).toMatch(/^USER +SOURCE +STATE +SCOPE +SIGN-IN +ROLES HERE$/);
  expect(users[1]).toMatch(
    /^ann +vault +ACTIVE +OWNED_AND_SHARED \(ALL is requested\) +no +ManageEngine Integration; Password Auditor$/,
  );
  expect(users[2]).toMatch(/^ben +vault +LOCKED +OWNED_AND_SHARED +no +-$/);
  expect((await run('role', 'list')).stdout).toMatch(/^ManageEngine Integration +1 +MANAGEENGINE_INTEGRATION$/m);
});

test('user confirm-scope gives the access scope that was pushed, once, and records it', async () => {
  expect((await run('doctor')).stdout).toMatch(/^WARN {2}access scopes: .* for ann .*user confirm-scope NAME/m);
  expect((await run('user', 'confirm-scope', 'ann')).stdout).toBe('ann sees every record now\n');
  expect((await run('user', 'list')).stdout).toMatch(/^ann +vault +ACTIVE +ALL +no /m);
  expect((await run('user', 'confirm-scope', 'ann')).stderr).toBe(
    'pam-gateway: no wider access scope is requested for this user account\n',
  );
  const audits = await database.db.query<object>(
    sql`SELECT operated_by AS operator, client_type AS client, user_name AS user FROM audits
        WHERE operation = 'Access Scope Confirmed'`,
  );
  expect(audits).toEqual([{ operator: 'System', client: 'Command Line', user: 'ann' }]);
});

test('user refuse-scope keeps the access scope, and both say if there is no such user', async () => {
  const [ben] = [{ sourceId: 'ben', userName: 'ben', accessScope: 'ALL' as const }];
  await assignRoles(database.db, commandLine, 'ben', ['Password Auditor']);
  await recordUserAccounts(database.db, pushed, 'vault', [ben]);
  expect((await run('user', 'refuse-scope', 'ben', '--source', 'vault')).stdout).toBe('ben keeps its access scope\n');
  expect((await run('user', 'list')).stdout).toMatch(/^ben +vault +ACTIVE +OWNED_AND_SHARED +no /m);
  expect((await run('user', 'confirm-scope', 'cid')).stderr).toBe('pam-gateway: there is no user account "cid"\n');
});
