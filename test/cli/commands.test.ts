import { copyFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.js';
import { findBy } from '../../src/database/rows.js';
import { UserAccount } from '../../src/features/users/user-account.js';
import { type EngineName, emptyDatabase, onEveryEngine } from '../helpers/databases.js';
import { Program } from '../helpers/program.js';

const SAMPLE = 'test/data/audits-cloudtrail.ndjson.gz';

/** The program with a database of an engine, for the tests of a block. */
function programOn(engine: EngineName): Program {
  const program = new Program();
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await emptyDatabase(engine);
    program.environment.DATABASE_URL = database.url;
    drop = database.drop;
  });
  afterAll(() => drop());
  return program;
}

/** The user account of a name, as it is stored. */
async function stored(program: Program, userName: string): Promise<UserAccount | undefined> {
  const db = await openDatabase(program.environment.DATABASE_URL!);
  const [account] = await findBy<UserAccount>(db, UserAccount, 'userName', [userName]);
  await db.close();
  return account;
}

onEveryEngine('the command line', (engine) => {
  const program = programOn(engine);

  test('migrate does its work once', async () => {
    expect(await program.succeed('migrate')).toMatch(/^ran \w+/);
    expect(await program.succeed('migrate')).toBe('nothing to migrate\n');
  });

  test('demo-data with the same options adds nothing the second time, and names its incidents', async () => {
    const size = ['--resources', '30', '--users', '25', '--audits', '2000', '--days', '20', '--seed', '7'];
    const first = await program.succeed('demo-data', ...size);
    const second = await program.succeed('demo-data', ...size);
    expect(first).toMatch(/^RESOURCES +30 added\nUSER_ACCOUNTS +25 added\nAUDITS +2000 added\n/);
    expect(second).toMatch(/^RESOURCES +0 added\nUSER_ACCOUNTS +0 added\nAUDITS +0 added\n/);
    expect(second.slice(second.indexOf('Planted'))).toBe(first.slice(first.indexOf('Planted')));
  });

  test('import stores a file once, however often it is read', async () => {
    copyFileSync(SAMPLE, program.file('audits.ndjson.gz'));
    expect(await program.succeed('import', 'audits', 'audits.ndjson.gz')).toBe(
      '2900 added, 0 changed, 0 unchanged, 0 deleted, 0 refused\n',
    );
    expect(await program.succeed('import', 'audits', 'audits.ndjson.gz')).toBe(
      '0 added, 0 changed, 2900 unchanged, 0 deleted, 0 refused\n',
    );
  });

  test('user create makes a user account, then changes it', async () => {
    expect(await program.succeed('user', 'create', 'ann', '--roles', 'Administrator')).toBe(
      'made ann with Administrator\n',
    );
    expect(
      await program.succeed('user', 'create', 'ann', '--roles', 'Password Auditor, Administrator', '--scope', 'ALL'),
    ).toBe('changed ann with Password Auditor, Administrator\n');
  });

  test('a token is printed once, by itself, and can be revoked once', async () => {
    const token = await program.succeed('token', 'generate', '--user', 'ann');
    expect(token).toMatch(/^pag_[0-9A-Za-z]{49}\n$/);
    expect(await program.run(['token', 'revoke'], token)).toMatchObject({ code: 0, stdout: 'revoked\n' });
    const again = await program.run(['token', 'revoke'], token);
    expect([again.code, again.stderr]).toEqual([1, 'pam-gateway: no token in effect is like this one\n']);
  });

  test('an ingest token is printed once, by itself, and can be revoked by itself or by its name', async () => {
    const generate = ['token', 'generate', '--kind', 'ingest', '--name', 'vault-1', '--source', 'vault'];
    const token = await program.succeed(...generate);
    expect(token).toMatch(/^pai_[0-9A-Za-z]{49}\n$/);
    expect(await program.run(['token', 'revoke'], token)).toMatchObject({ code: 0, stdout: 'revoked\n' });
    expect(await program.run(['token', 'revoke'], token)).toMatchObject({ code: 1 });
    await program.succeed(...generate);
    await program.succeed(...generate);
    const revoke = () => program.run(['token', 'revoke', '--name', 'vault-1']);
    expect(await revoke()).toMatchObject({ code: 0, stdout: 'revoked 2 tokens\n' });
    expect((await revoke()).stderr).toBe('pam-gateway: no ingest token in effect is called "vault-1"\n');
  });
});

onEveryEngine('user create', (engine) => {
  const program = programOn(engine);
  const create = (name: string, ...options: string[]) =>
    program.run(['user', 'create', name, '--roles', 'Administrator', ...options]);

  test('of a new user gives the narrower scope', async () => {
    await create('ann', '--email', 'ann@example.com');
    expect(await stored(program, 'ann')).toMatchObject({ accessScope: 'OWNED_AND_SHARED', fullName: 'ann' });
  });

  test('of one that is there changes what is named and nothing else', async () => {
    await create('ben', '--full-name', 'Ben Bond', '--email', 'ben@example.com', '--scope', 'ALL');
    const before = await stored(program, 'ben');
    await program.succeed('user', 'create', 'ben', '--roles', 'Password Auditor');
    expect(await stored(program, 'ben')).toEqual({ ...before, position: expect.any(Number) });
    await create('ben', '--email', 'bond@example.com');
    expect(await stored(program, 'ben')).toMatchObject({
      fullName: 'Ben Bond',
      email: 'bond@example.com',
      accessScope: 'ALL',
    });
  });

  test('gives roles to a user account of another source and leaves its record alone', async () => {
    const pam = { sourceId: '7', userName: 'cid', fullName: 'Cid Cole', accessScope: 'ALL', status: 'ACTIVE' };
    writeFileSync(program.file('cid.ndjson'), JSON.stringify(pam));
    await program.succeed('import', 'user-accounts', 'cid.ndjson', '--source', 'PAM360');
    const before = await stored(program, 'cid');
    expect(await create('cid')).toMatchObject({ code: 0, stdout: 'changed cid with Administrator\n' });
    expect(await stored(program, 'cid')).toEqual({ ...before, position: expect.any(Number) });
    expect((await create('cid', '--scope', 'ALL')).stderr).toBe(
      'pam-gateway: "cid" is a user account of PAM360, which alone can change its record: give --roles, and --password-stdin where it shall sign in, and nothing else\n',
    );
  });
});

onEveryEngine('token generate', (engine) => {
  const program = programOn(engine);

  test.each([
    [{ status: 'LOCKED' }, 'the user account that the auth token is mapped to is LOCKED'],
    [{ status: 'DISABLED' }, 'the user account that the auth token is mapped to is DISABLED'],
    [
      { expiresAt: '2026-01-01T00:00:00Z' },
      'the user account that the auth token is mapped to expired at 2026-01-01T00:00:00.000Z',
    ],
  ])('is refused for a user that is %j', async (state, words) => {
    writeFileSync(program.file('ann.ndjson'), JSON.stringify({ sourceId: '1', userName: 'ann', ...state }));
    await program.succeed('import', 'user-accounts', 'ann.ndjson');
    const { code, stdout, stderr } = await program.run(['token', 'generate', '--user', 'ann']);
    expect([code, stdout, stderr]).toEqual([1, '', `pam-gateway: ${words}\n`]);
  });
});

describe.concurrent('import', () => {
  const program = new Program();
  const audit = (sourceId: number) =>
    JSON.stringify({
      sourceId: String(sourceId),
      occurredAt: '2026-01-01T00:00:00Z',
      category: 'RESOURCE',
      operation: 'Password Retrieved',
      operatedBy: 'ann',
    });
  const write = (name: string, ...lines: string[]) => writeFileSync(program.file(name), lines.join('\n'));

  test('of bad lines says which and why, ends with 1, and stores the rest', async () => {
    write('bad.ndjson', audit(1), 'broken', audit(2), '{"sourceId":"3"}', audit(4));
    const { code, stdout, stderr } = await program.run(['import', 'audits', 'bad.ndjson']);
    expect([code, stdout]).toEqual([1, '3 added, 0 changed, 0 unchanged, 0 deleted, 2 refused\n']);
    expect(stderr).toMatch(/^line 2: not JSON.*\nline 4: occurredAt is missing; /m);
  });

  test('with --strict takes only what can be read twice', async () => {
    const { code, stderr } = await program.run(['import', 'audits', '/dev/null', '--format', 'ndjson', '--strict']);
    expect([code, stderr]).toEqual([
      1,
      'pam-gateway: /dev/null: --strict reads a file twice, so it needs a regular file\n',
    ]);
  });

  test('with --strict stops at the first bad line, with nothing written', async () => {
    write('strict.ndjson', audit(11), 'broken', audit(12));
    const { code, stdout, stderr } = await program.run(['import', 'audits', 'strict.ndjson', '--strict']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^pam-gateway: strict\.ndjson: line 2: not JSON.*; nothing was written\n$/);
    write('strict.ndjson', audit(11), audit(12));
    expect(await program.succeed('import', 'audits', 'strict.ndjson', '--strict')).toMatch(/^2 added/);
  });

  test('takes no source that stands for the gateway itself', async () => {
    const { code, stderr } = await program.run(['import', 'audits', 'one.ndjson', '--source', 'gateway']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/gateway stands for this gateway itself: take another name/),
    ]);
  });

  test('takes a source of 64 characters', async () => {
    write('one.ndjson', audit(21));
    expect(await program.succeed('import', 'audits', 'one.ndjson', '--source', '😀'.repeat(64))).toMatch(/^1 added/);
  });

  test('reads CSV, and deletions in it', async () => {
    write('people.csv', 'sourceId,userName,department', 'a,ann,"Sales, North"', 'b,ben,', '');
    expect(await program.succeed('import', 'user-accounts', 'people.csv')).toMatch(/^2 added, 0 changed/);
    write('gone.csv', 'sourceId,deleted', 'b,true', 'c,true', '');
    expect(await program.succeed('import', 'user-accounts', 'gone.csv')).toMatch(/, 1 deleted, /);
  });

  test('of nothing says that there is nothing', async () => {
    write('empty.ndjson', '');
    const { code, stdout, stderr } = await program.run(['import', 'resources', 'empty.ndjson']);
    expect([code, stdout, stderr]).toEqual([
      0,
      '0 added, 0 changed, 0 unchanged, 0 deleted, 0 refused\n',
      'empty.ndjson: it holds no records\n',
    ]);
  });

  test.each([
    [
      'a file that is not there',
      ['import', 'audits', 'nofile'],
      /^pam-gateway: cannot read nofile: there is no such file\n$/,
    ],
    ['a folder', ['import', 'audits', '.'], /^pam-gateway: cannot read \.: it is a folder\n$/],
    [
      'a module that is none',
      ['import', 'people', 'x'],
      /Allowed choices are resources, user-accounts, audits\.\n.*--help/,
    ],
    [
      'an empty source',
      ['import', 'audits', 'x', '--source', ''],
      /option '--source <name>' argument '' is invalid\. it must have 1 to 64 characters\./,
    ],
    ['a long source', ['import', 'audits', 'x', '--source', 'é'.repeat(65)], /it must have 1 to 64 characters\./],
    ['too few words', ['import', 'audits'], /missing required argument 'file'\n.*--help/],
    ['too many words', ['import', 'audits', 'a', 'b'], /Expected 2 arguments but got 3\.\n.*--help/],
  ])('of %s says so in a line, without a stack', async (_, args, message) => {
    const { code, stdout, stderr } = await program.run(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/ {4}at |\.js:/);
  });
});

describe.concurrent('a command that cannot be meant', () => {
  const program = new Program();

  test.each([
    [['nonsense'], /unknown command 'nonsense'\n.*--help/],
    [['token', 'nonsense'], /unknown command 'nonsense'\n.*--help/],
    [['migrate', 'now'], /too many arguments.*\n.*--help/],
    [['token', 'generate'], /^pam-gateway: --user: say whose view the token has\n$/],
    [['token', 'generate', '--user', 'ann', '--name', 'x'], /--name is for --kind ingest/],
    [['token', 'generate', '--kind', 'ingest'], /^pam-gateway: --name: say what pushes with the token/],
    [['token', 'generate', '--kind', 'ingest', '--name', 'x', '--user', 'ann'], /--user is for --kind auth/],
    [['token', 'generate', '--kind', 'ingest', '--name', ''], /^pam-gateway: name: it must have 1 to 64 characters\n$/],
    [['token', 'generate', '--kind', 'ingest', '--name', 'x', '--source', 'gateway'], /stands for this gateway itself/],
    [['token', 'generate', '--user', 'nobody'], /^pam-gateway: there is no user account "nobody"\n$/],
    [['user', 'create', 'bob'], /required option '--roles <a,b>' not specified/],
    [
      ['user', 'create', 'bob', '--roles', 'Boss'],
      /there is no role "Boss"; there are: .*Administrator, .*ManageEngine Integration\n$/,
    ],
    [
      ['user', 'create', 'bob', '--roles', 'Administrator', '--scope', 'SOME'],
      /Allowed choices are OWNED_AND_SHARED, ALL/,
    ],
    [['demo-data', '--resources', '0'], /it must be a whole number from 1 on/],
    [['demo-data', '--until', 'tomorrow'], /"tomorrow" is not a date-time: write it like/],
  ])('%s ends with 1 and says what can be', async (args, message) => {
    const { code, stdout, stderr } = await program.run(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
  });

  test('leaves no user account behind', async () => {
    await program.run(['user', 'create', 'bob', '--roles', 'Boss']);
    expect((await program.run(['token', 'generate', '--user', 'bob'])).stderr).toMatch(/no user account "bob"/);
  });
});
