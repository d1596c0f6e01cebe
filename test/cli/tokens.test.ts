import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from '../../src/features/audits/activity-log.js';
import { storeUserAccounts } from '../../src/features/resources/access-grant.service.js';
import { recordResources } from '../../src/features/resources/resource.service.js';
import { assignRoles } from '../../src/features/roles/role.service.js';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { Program } from '../helpers/program.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase('sqlite');
  const { db } = database;
  const users = ['ann', 'ben'].map((userName) => ({ sourceId: userName, userName }));
  await storeUserAccounts(db, 'test', [{ ...users[0]!, accessScope: 'ALL' }, users[1]!]);
  for (const { userName } of users) await assignRoles(db, commandLine, userName, ['Password Auditor']);
  await recordResources(db, 'test', [{ sourceId: '1', name: 'web-1', type: 'Linux', ownerName: 'ann' }]);
});
afterAll(() => database.drop());

const program = new Program();
const run = (...args: string[]) => program.run(args, '', { DATABASE_URL: database.url });

test('token generate says how many records the user sees, and why not all', async () => {
  const ann = await run('token', 'generate', '--user', 'ann');
  expect(ann.stdout).toMatch(/^pag_\w{49}\n$/);
  expect(ann.stderr).toMatch(/^ann sees all 1 resources\nann sees all 2 user accounts\nann sees all \d+ audits\n/);
  const ben = await run('token', 'generate', '--user', 'ben');
  expect(ben.stderr).toMatch(
    /^ben sees 0 of 1 resources: its access scope is OWNED_AND_SHARED: .*there are none\nben sees 1 of 2 user accounts: /,
  );
});

test('token list shows each token with its user, and token revoke --id ends one', async () => {
  const rows = (await run('token', 'list')).stdout.trimEnd().split('\n');
  expect(rows[0]).toMatch(/^ID +TOKEN +FOR +MADE +BY +LAST USED +EXPIRES +STATE$/);
  expect(rows.slice(1)).toEqual([
    expect.stringMatching(/^auth-1 +pag_\w{6}\.\.\. +ann +\S+Z +System +never +never +in effect$/),
    expect.stringMatching(/^auth-2 +pag_\w{6}\.\.\. +ben /),
  ]);
  expect(await run('token', 'revoke', '--id', 'auth-1')).toMatchObject({ code: 0, stdout: 'revoked\n' });
  expect((await run('token', 'list')).stdout).not.toMatch(/auth-1 /);
  expect(await run('token', 'revoke', '--id', 'auth-1')).toMatchObject({
    code: 1,
    stderr: 'pam-gateway: there is no token auth-1 to be revoked: token list shows those that there are\n',
  });
  expect((await run('token', 'revoke', '--id', '1')).stderr).toMatch(/--id: write it as token list shows it/);
});

test('an ingest token is listed with its source and revoked by its id', async () => {
  await run('token', 'generate', '--kind', 'ingest', '--name', 'vault-1', '--source', 'vault', '--expires', '3d');
  expect((await run('token', 'list')).stdout).toMatch(
    /^ingest-1 +pai_\w{6}\.\.\. +vault-1 \(vault\) .* expires soon$/m,
  );
  expect((await run('doctor')).stdout).toMatch(/^WARN {2}tokens: pai_\w{6}\.\.\.: the ingest token expires at /m);
  expect((await run('token', 'revoke', '--id', 'ingest-1')).stdout).toBe('revoked\n');
});

test('doctor says of each token and sign-in what it sees, and warns of a token that sees nothing of a module', async () => {
  await run('token', 'generate', '--user', 'ann');
  const { stdout } = await run('doctor');
  expect(stdout).toMatch(/^ok {4}tokens: 2 tokens in effect$/m);
  expect(stdout).toMatch(
    /^ok {4}view of ann by auth-3 \(pag_\w{6}\.\.\.\): all 1 resources \| all 2 user accounts \| /m,
  );
  expect(stdout).toMatch(/^WARN {2}view of ben by auth-2 \(pag_\w{6}\.\.\.\): 0 of 1 resources: its access scope is /m);
});

test('doctor says why a token is refused', async () => {
  await storeUserAccounts(database.db, 'test', [{ sourceId: 'ben', userName: 'ben', status: 'LOCKED' }]);
  expect((await run('doctor')).stdout).toMatch(
    /^WARN {2}view of ben .*: sees nothing: the user account .* is LOCKED$/m,
  );
});
