import mysql from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open.js';
import { MariaDb } from '../helpers/mariadb.js';
import { Browser, makeSignIn } from './browser.js';
import { type HttpAnswer, TestServer } from './test-server.js';

const AUDITS = '{ audits(first: 1) { nodes { operation } } }';
const RESOURCES = '{ resources { nodes { id } } }';

describe('connectors that hold all of their connections', () => {
  let mariadb: MariaDb;
  let root: mysql.Connection;
  let server: TestServer;
  let person: Browser;

  beforeAll(async () => {
    mariadb = await MariaDb.start();
    root = await mysql.createConnection(mariadb.url(''));
    await root.query('CREATE DATABASE gateway');
    await migrate(mariadb.url('gateway'));
  });
  afterAll(async () => {
    await root.end();
    await mariadb.stop();
  });
  beforeEach(() => root.query('USE gateway'));
  afterEach(async () => {
    await root.query('UNLOCK TABLES');
    await server.close();
    await server.db.close();
  });

  async function open(acquireTimeout: number): Promise<void> {
    const limits = { connections: 2, acquireTimeout, statementTimeout: 60_000 };
    server = await TestServer.openForAnn(await openDatabase(mariadb.url('gateway'), limits), {
      DATABASE_CONNECTIONS: '20',
    });
    await makeSignIn(server, 'paul', ['Administrator'], { accessScope: 'ALL' });
    person = new Browser(server);
    await person.signIn('paul');
    // The first use of a token is recorded among the audits.
    await ask(RESOURCES);
  }

  const ask = (query: string) => server.post({ query }, { authtoken: server.token });
  const statements = async () => JSON.stringify((await root.query('SHOW FULL PROCESSLIST'))[0]);
  const statuses = (answers: HttpAnswer[]) => [...new Set(answers.map(({ status }) => status))].sort();

  /** Fifty requests, of which two have the connections. */
  async function importAtOnce(): Promise<Promise<HttpAnswer>[]> {
    await root.query('LOCK TABLES audits WRITE, audit_spans WRITE');
    const imports = Array.from({ length: 50 }, () => ask(AUDITS));
    await expect.poll(async () => (await statements()).match(/FROM audits/g)?.length).toBe(2);
    return imports;
  }

  test('make no person wait, nor anybody who signs in, and are served in turn', async () => {
    await open(60_000);
    const imports = await importAtOnce();
    for (let request = 0; request < 20; request++) expect((await person.ask(RESOURCES)).status).toBe(200);
    expect((await server.send('/health/ready')).status).toBe(200);
    expect((await server.post({ query: '{ server { product } }' })).status).toBe(200);
    expect((await ask('{ viewer { userName } }')).body.data).toEqual({ viewer: { userName: 'ann' } });
    await root.query('UNLOCK TABLES');
    expect(statuses(await Promise.all(imports))).toEqual([200]);
  });

  test('are told to come again when they have waited for long, and nothing of them is left', async () => {
    await open(500);
    const imports = await importAtOnce();
    const late = await Promise.all(imports.slice(2));
    expect(statuses(late)).toContain(503);
    const refused = late.filter(({ status }) => status === 503);
    expect(new Set(refused.map(({ headers }) => headers.get('retry-after')))).toEqual(new Set(['2']));
    expect(new Set(refused.map(({ body }) => body.errors![0]!.extensions.code))).toEqual(new Set(['UNAVAILABLE']));
    await root.query('UNLOCK TABLES');
    await Promise.all(imports);
    expect((await ask(AUDITS)).status).toBe(200);
    expect((await statements()).match(/"User":"root"/g)!.length).toBeLessThanOrEqual(2 + 2 + 1 + 1);
  });

  test('are refused with everybody while the database stands still, and served with everybody when it goes on', async () => {
    await open(60_000);
    const imports = await importAtOnce();
    await mariadb.freeze();
    const answers = await Promise.all([...imports, person.ask(RESOURCES), server.send('/health/ready')]);
    expect(statuses(answers)).toEqual([503]);
    for (let request = 0; request < 50; request++) expect((await person.ask(RESOURCES)).status).toBe(503);
    mariadb.thaw();
    await root.query('UNLOCK TABLES');
    await expect.poll(async () => (await person.ask(RESOURCES)).status).toBe(200);
    await expect.poll(async () => (await ask(AUDITS)).status).toBe(200);
  });
});
