import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.js';
import { onEveryEngine } from '../helpers/databases.js';
import { MariaDb } from '../helpers/mariadb.js';
import { Program, type Served } from '../helpers/program.js';

const PASSWORD = 'correct horse battery staple';
const WRONG_PASSWORD = 'incorrect horse battery staple';

/** A server of its own: what it leaves on its disk is of this test alone. */
let mariadb: MariaDb;
beforeAll(async () => {
  mariadb = await MariaDb.start();
  const connection = await mysql.createConnection(mariadb.url(''));
  await connection.query('CREATE DATABASE gateway');
  await connection.end();
});
afterAll(() => mariadb.stop());

onEveryEngine('the whole life of an integration', (engine) => {
  const program = new Program({ LOG_LEVEL: 'trace' });
  const secrets: string[] = [PASSWORD, WRONG_PASSWORD];
  let server: Served;
  let cookie = '';

  beforeAll(async () => {
    if (engine === 'mariadb') program.environment.DATABASE_URL = mariadb.url('gateway');
    const roles = 'Administrator,ManageEngine Integration';
    const create = ['user', 'create', 'ann', '--roles', roles, '--scope', 'ALL', '--password-stdin'];
    expect((await program.run(create, `${PASSWORD}\n`)).code).toBe(0);
    server = await program.serve();
  });

  async function ask<Data>(query: string, headers: Record<string, string> = { cookie }): Promise<Answer<Data>> {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    const [, session] = /^pam_gateway_session=([^;]+)/.exec(response.headers.get('set-cookie') ?? '') ?? [];
    if (session) {
      secrets.push(session);
      cookie = `pam_gateway_session=${session}`;
    }
    return (await response.json()) as Answer<Data>;
  }

  const signIn = (password: string) =>
    ask(`mutation { signIn(userName: "ann", password: "${password}") { viewer { userName } } }`, {});

  async function generate(): Promise<string> {
    type Data = { generateAuthToken: { token: string } };
    const { data } = await ask<Data>('mutation { generateAuthToken { token userErrors { message } } }');
    secrets.push(data.generateAuthToken.token);
    return data.generateAuthToken.token;
  }

  const save = () =>
    ask('mutation { saveIntegration(input: { hostName: "bi.invalid", portNumber: 8443 }) { userErrors { message } } }');

  /** Why a connector is refused; undefined where it reads. */
  async function refusal(token: string): Promise<string | undefined> {
    const { errors } = await ask('{ auditFeed(first: 10) { nodes { id operation } } }', { authtoken: token });
    return errors?.[0]?.message;
  }

  async function generateForIngest(): Promise<{ token: string; id: string }> {
    type Data = { generateIngestToken: { token: string; ingestToken: { id: string } } };
    const { data } = await ask<Data>('mutation { generateIngestToken(name: "vault") { token ingestToken { id } } }');
    const { token, ingestToken } = data.generateIngestToken;
    secrets.push(token);
    return { token, ...ingestToken };
  }

  /** Why a push is refused; undefined where it is taken. */
  async function refusalOfPush(token: string): Promise<string | undefined> {
    const { errors } = await ask('mutation { recordAudits(source: "pam", records: []) { added } }', {
      authorization: `Bearer ${token}`,
    });
    return errors?.[0]?.message;
  }

  /** A token with a character that was mistyped, which is as little for others to read. */
  function mistyped(token: string): string {
    const typed = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
    secrets.push(typed);
    return typed;
  }

  const change = (mutation: string) => ask(`mutation { ${mutation} { userErrors { message } } }`);

  test('goes from a sign-in to a token in effect, to another, to none, and each step is felt at once', async () => {
    expect((await signIn(WRONG_PASSWORD)).data).toEqual({ signIn: { viewer: null } });
    expect((await signIn(PASSWORD)).data).toEqual({ signIn: { viewer: { userName: 'ann' } } });
    const first = await generate();
    expect(await refusal(first)).toMatch(/was not saved yet/);
    await save();
    expect(await refusal(first)).toBeUndefined();
    const input = 'build: 5000, hostName: "bi", portNumber: 8443, timeZone: "UTC", modules: [AUDITS]';
    await ask(`mutation { connectAnalyticsPlus(input: { ${input} }) { userErrors { message } } }`, {
      authtoken: first,
    });
    await change('disableIntegration');
    expect(await refusal(first)).toMatch(/is disabled/);
    await change('enableIntegration');
    const second = await generate();
    expect(await refusal(first)).toBeUndefined();
    await save();
    expect(await refusal(first)).toMatch(/was revoked/);
    expect(await refusal(second)).toBeUndefined();
    expect(await refusal(mistyped(second))).toMatch(/mistyped/);
    await change('testIntegration');
    await change('removeIntegration');
    expect(await refusal(second)).toMatch(/was revoked/);
    const { token, id } = await generateForIngest();
    expect(await refusalOfPush(token)).toBeUndefined();
    expect(await refusalOfPush(mistyped(token))).toMatch(/mistyped/);
    await change(`revokeIngestToken(id: "${id}")`);
    expect(await refusalOfPush(token)).toMatch(/was revoked/);
    expect((await ask('mutation { signOut { signedOut } }')).data).toEqual({ signOut: { signedOut: true } });
    expect((await ask('{ integration { status } }')).errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('stands in the audits, step by step', async () => {
    const db = await openDatabase(program.environment.DATABASE_URL ?? `sqlite:${program.file('data/gateway.db')}`);
    const rows = await db.query<{ operation: string; operatedBy: string; ipAddress: string | null }>(
      sql`SELECT operation, operated_by AS operatedBy, ip_address AS ipAddress FROM audits ORDER BY id`,
    );
    await db.close();
    expect(rows.map(({ operatedBy, operation }) => `${operatedBy}: ${operation}`)).toEqual([
      'System: User Created',
      'System: Roles Assigned',
      'System: Password Set',
      'ann: User Sign-In Failed',
      'ann: User Signed In',
      'ann: Auth Token Generated',
      'ann: Integration Saved',
      'ann: Auth Token Saved',
      'ann: Integration Enabled',
      'ann: Auth Token First Used',
      'ann: Analytics Plus Connected',
      'ann: Integration Disabled',
      'ann: Integration Enabled',
      'ann: Auth Token Generated',
      'ann: Auth Token Revoked',
      'ann: Auth Token Saved',
      'ann: Auth Token Refused',
      'ann: Auth Token First Used',
      'ann: Integration Test Begun',
      'ann: Integration Tested',
      'ann: Auth Token Revoked',
      'ann: Integration Removed',
      'ann: Auth Token Refused',
      'ann: Ingest Token Generated',
      'ingest:vault: Ingest Token First Used',
      'ann: Ingest Token Revoked',
      'ingest:vault: Ingest Token Refused',
      'ann: User Signed Out',
    ]);
    expect(new Set(rows.slice(3).map(({ ipAddress }) => ipAddress))).toEqual(new Set(['127.0.0.1']));
  });

  test('leaves no token, password or session id on any disk, in whatever the program and its database wrote', async () => {
    const { stdout, stderr } = await server.stop();
    expect(new Set(secrets).size).toBe(8);
    expect(stdout.match(/"msg":"request completed"/g)!.length).toBeGreaterThan(20);
    const files = filesBelow(program.folder, mariadb.folder).map((file) => readFileSync(file, 'latin1'));
    // What is on the disk can be read there.
    expect(files.some((file) => file.includes('Integration Tested'))).toBe(true);
    for (const written of [stdout, stderr, ...files]) {
      for (const secret of secrets) expect(written.includes(secret)).toBe(false);
    }
  });
});

interface Answer<Data> {
  readonly data: Data;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

function filesBelow(...folders: string[]): string[] {
  const paths = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  return paths.filter((path) => statSync(path).isFile());
}
