import { once } from 'node:events';
import { resolve } from 'node:path';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Module } from '../../src/database/module.js';
import { openDatabase } from '../../src/database/open.js';
import { lastSuccess } from '../../src/features/ingest/source.queries.js';
import { SourceKind } from '../../src/features/ingest/source-run.js';
import { emptyDatabase, onEveryEngine } from '../helpers/databases.js';
import { Program } from '../helpers/program.js';
import {
  AUTHORITY,
  anUpstreamAudit,
  anUpstreamResource,
  anUpstreamUser,
  StandInPam,
  TOKEN,
} from '../sources/pam360/stand-in.js';

/** Nothing of a token may stand in what is printed. */
const printed = ({ stdout, stderr }: { stdout: string; stderr: string }): string => {
  expect(stdout + stderr).not.toContain(TOKEN);
  return stdout;
};

onEveryEngine('pull', (engine) => {
  let pam: StandInPam;
  let database: Awaited<ReturnType<typeof emptyDatabase>>;
  const program = new Program();
  beforeEach(async () => {
    [pam, database] = await Promise.all([new StandInPam().start(), emptyDatabase(engine)]);
    Object.assign(program.environment, pam.settings, { DATABASE_URL: database.url, PAM_CA_FILE: resolve(AUTHORITY) });
    pam.resources = [1, 2].map((id) => anUpstreamResource(pam, id));
    pam.users = [anUpstreamUser(1)];
    pam.audits = { Resource: { TODAY: [anUpstreamAudit(2), anUpstreamAudit(1)] } };
  });
  afterEach(async () => {
    await pam.stop();
    await database.drop();
  });

  test('ends with a line for each module, and done again changes nothing', async () => {
    const first = await program.run(['pull']);
    expect([first.code, printed(first)]).toEqual([
      0,
      `user-accounts  1 read: 1 added, 0 changed, 0 unchanged, 0 deleted, 0 refused
resources      2 read: 2 added, 0 changed, 0 unchanged, 0 deleted, 0 refused
audits         2 read: 2 added, 0 changed, 0 unchanged, 0 deleted, 0 refused
`,
    ]);
    expect(first.stderr).toMatch(/^User Accounts: 100%, 1 of 1 rows.*\nResources: 100%, 2 of 2 rows.*\nAudits: 2 rows/);
    const second = await program.run(['pull', '--modules', 'resources,audits']);
    expect([second.code, printed(second)]).toEqual([
      0,
      `resources      2 read: 0 added, 0 changed, 2 unchanged, 0 deleted, 0 refused
audits         2 read: 0 added, 0 changed, 2 unchanged, 0 deleted, 0 refused
`,
    ]);
  });

  test('of what cannot be read says why, stores the rest, and ends with 1', async () => {
    const without = await program.run(['pull'], '', { PAM_AUTHTOKEN: 'another', PAM_SCIM_URL: '' });
    expect([without.code, without.stderr]).toEqual([
      1,
      expect.stringMatching(/^Resources: GET \/resources: it says "API key .*look at PAM_AUTHTOKEN/),
    ]);
    pam.resources[0]!['RESOURCE NAME'] = 'x'.repeat(300);
    const { code, stdout, stderr } = await program.run(['pull', '--modules', 'resources']);
    expect([code, stdout]).toEqual([
      1,
      'resources      2 read: 1 added, 0 changed, 0 unchanged, 0 deleted, 1 refused\n',
    ]);
    expect(stderr).toMatch(/^Resources: resource 1: name has 300 characters; at most 255 are kept$/m);
  });

  test('goes on at intervals until it is told to stop', async () => {
    const running = program.start(['pull', '--every', '1s', '--modules', 'audits']);
    await running.says(/2 added/);
    pam.audits.Resource!.TODAY!.unshift(anUpstreamAudit(3));
    await running.says(/1 added/);
    const { code, stderr } = await running.stop();
    expect([code, stderr]).toEqual([143, expect.stringMatching(/Stopped\. The same command goes on from here\.\n$/)]);
  });

  test('of a source that another process pulls does nothing', async () => {
    let began = (): void => {};
    const begun = new Promise<void>((resolve) => (began = resolve));
    pam.onCall = () => () => began();
    const first = program.start(['pull', '--modules', 'audits']);
    await begun;
    const { code, stderr } = await program.run(['pull', '--modules', 'audits']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^pam-gateway: another pull of this source runs/)]);
    first.signal('SIGTERM');
    await first.ended;
  });

  test('that was killed in the middle is made whole by the next one, and stands in the runs as broken off', async () => {
    let reached = (): void => {};
    const half = new Promise<void>((resolve) => {
      reached = resolve;
    });
    pam.onCall = ({ path }) => (path.endsWith('/audit') ? () => reached() : undefined);
    const first = program.start(['pull']);
    await half;
    await first.kill();
    pam.onCall = () => undefined;
    const db = await openDatabase(database.url);
    await db.execute(sql`UPDATE leases SET expires_at = 1`);
    const second = await program.run(['pull']);
    expect([second.code, printed(second)]).toEqual([
      0,
      expect.stringMatching(/2 unchanged, .*\naudits +2 read: 2 added/),
    ]);
    const runs = await db.query<{ status: string; lines: string }>(
      sql`SELECT status, message_lines AS \`lines\` FROM source_runs WHERE module = 'AUDITS' ORDER BY id`,
    );
    await db.close();
    expect(runs).toEqual([
      { status: 'FAILED', lines: 'the process ended before the run did' },
      { status: 'SUCCEEDED', lines: '' },
    ]);
  });

  test('is done by one of several servers at a time, by their schedule', async () => {
    const servers = await Promise.all(['1h', '1h'].map((PULL_EVERY) => program.serve({ PULL_EVERY })));
    const db = await openDatabase(database.url);
    const of = { source: 'pam360', kind: SourceKind.PULL, module: Module.AUDITS };
    while ((await lastSuccess(db, of)) === null) await once(AbortSignal.timeout(100), 'abort');
    await db.close();
    const ended = await Promise.all(servers.map((server) => server.stop()));
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(ended.map(({ stdout }) => stdout).join()).not.toContain(TOKEN);
    expect(pam.callsOf(/v1\/resources$/).filter(({ query }) => !query.has('STARTINDEX'))).toHaveLength(1);
    expect(ended.flatMap(({ stdout }) => stdout.match(/"module":"\w+","rowsRead":\d+/g) ?? [])).toEqual([
      '"module":"USER_ACCOUNTS","rowsRead":1',
      '"module":"RESOURCES","rowsRead":2',
      '"module":"AUDITS","rowsRead":2',
    ]);
  });

  test('doctor shows its settings without the token, and asks the server', async () => {
    await program.succeed('migrate');
    const well = await program.run(['doctor']);
    expect(printed(well)).toMatch(/^PAM_AUTHTOKEN +\*\*\*$/m);
    expect(well.stdout).toMatch(/^ok {4}pull: resources: 2 are seen by the user of the token$/m);
    expect(well.stdout).toMatch(/^ok {4}pull: user accounts: 1 are listed by SCIM$/m);
    pam.token = 'a new one';
    const ill = await program.run(['doctor']);
    expect([ill.code, printed(ill)]).toEqual([
      1,
      expect.stringMatching(/^FAIL {2}pull: resources: .*look at PAM_AUTHTOKEN/m),
    ]);
  });
});

describe.concurrent('pull', () => {
  const program = new Program();

  test.each([
    ['without a server', {}, [], /there is nothing to pull from: set PAM_URL and PAM_AUTHTOKEN/],
    [
      'of user accounts without SCIM',
      { PAM_URL: 'https://pam.example', PAM_AUTHTOKEN: 'x' },
      ['--modules', 'user-accounts'],
      /user accounts are read over SCIM: set PAM_SCIM_URL/,
    ],
    ['of a module that is none', {}, ['--modules', 'people'], /there are: user-accounts, resources, audits/],
    ['at no interval', {}, ['--every', 'often'], /write a number and s, m, h or d, such as 15m/],
    [
      'of audits of a kind that is none',
      { PAM_URL: 'https://localhost:1', PAM_AUTHTOKEN: 'x', PAM_AUDIT_TYPES: 'Resource,Coffee' },
      ['--modules', 'audits'],
      /PAM_AUDIT_TYPES: "Coffee" is none of Resource, User, Task/,
    ],
  ])('%s says what to do', async (_, environment, options, message) => {
    const { code, stdout, stderr } = await program.run(['pull', ...options], '', environment as Record<string, string>);
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(message)]);
  });
});
