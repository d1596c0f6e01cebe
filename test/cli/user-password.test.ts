import { writeFileSync } from 'node:fs';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open.js';
import { emptyDatabase, onEveryEngine } from '../helpers/databases.js';
import { type Ended, Program } from '../helpers/program.js';
import { Browser } from '../server/browser.js';
import { TestServer } from '../server/test-server.js';

const PASSWORD = 'typed at a prompt, or piped';

onEveryEngine('user create --password-stdin', (engine) => {
  const program = new Program();
  let server: TestServer;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await emptyDatabase(engine);
    program.environment.DATABASE_URL = database.url;
    drop = database.drop;
    await migrate(database.url);
    server = await TestServer.open(await openDatabase(database.url));
  });
  afterAll(async () => {
    await server.close();
    await server.db.close();
    await drop();
  });

  const create = (name: string, input: string, roles = 'Password Auditor'): Promise<Ended> =>
    program.run(['user', 'create', name, '--roles', roles, '--password-stdin'], input);
  const signIn = (name: string, password = PASSWORD) => new Browser(server).signIn(name, password);
  const audits = (name: string) =>
    server.db.query(
      sql`SELECT operation, operated_by AS operatedBy, client_type AS clientType FROM audits
          WHERE user_name = ${name} ORDER BY id`,
    );
  const byShell = (operation: string) => ({ operation, operatedBy: 'System', clientType: 'Command Line' });

  test('makes somebody who can sign in, which is audited', async () => {
    expect(await create('ann', `${PASSWORD}\n`)).toMatchObject({ code: 0, stdout: 'made ann with Password Auditor\n' });
    expect(await audits('ann')).toEqual(['User Created', 'Roles Assigned', 'Password Set'].map(byShell));
    expect((await signIn('ann')).viewer).toMatchObject({ userName: 'ann', roles: ['Password Auditor'] });
  });

  test('gives a new password to one that is there, and says no more was changed than was', async () => {
    await create('bob', PASSWORD);
    await create('bob', 'quite another password');
    expect((await audits('bob')).slice(3)).toEqual([byShell('Password Set')]);
    expect((await signIn('bob')).viewer).toBeNull();
    expect((await signIn('bob', 'quite another password')).viewer).not.toBeNull();
    await program.succeed('user', 'create', 'bob', '--roles', 'Password Auditor', '--scope', 'ALL');
    expect((await audits('bob')).at(-1)).toEqual(expect.objectContaining(byShell('User Changed')));
  });

  test('makes a user account of another source a sign-in', async () => {
    writeFileSync(program.file('cid.ndjson'), JSON.stringify({ sourceId: '7', userName: 'cid', fullName: 'Cid Cole' }));
    await program.succeed('import', 'user-accounts', 'cid.ndjson', '--source', 'PAM360');
    expect((await create('cid', PASSWORD)).code).toBe(0);
    expect((await signIn('cid')).viewer).toMatchObject({ fullName: 'Cid Cole' });
  });

  test.each([
    ['nothing', '', undefined, 'the password has 0 characters: choose one of 12 to 1000'],
    ['a short one', 'short\n', undefined, 'the password has 5 characters: choose one of 12 to 1000'],
    ['two lines', `${PASSWORD}\n${PASSWORD}\n`, undefined, /has a control character, such as the end of a line/],
    ['a role that is not there', PASSWORD, 'Emperor', /^pam-gateway: there is no role "Emperor"; there are: /],
  ])('of %s says what is wrong and writes nothing', async (_, input, roles, words) => {
    const { code, stdout, stderr } = await create('dan', input, roles);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(words);
    expect(await server.db.query(sql`SELECT id FROM user_accounts WHERE user_name = 'dan'`)).toEqual([]);
    expect(await audits('dan')).toEqual([]);
  });
});
