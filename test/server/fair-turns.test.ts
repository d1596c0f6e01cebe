import mysql from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open.js';
import { MariaDb } from '../helpers/mariadb.js';
import { Browser, makeSignIn } from './browser.js';
import { TestServer } from './test-server.js';

const RESOURCES = '{ resources { nodes { id } } }';
/** Four statements. */
const FOUR_LISTS = `{ ${[1, 2, 3, 4].map((n) => `r${n}: resources { nodes { id } }`).join(' ')} }`;

/** Reads of resources wait for a lock, so what runs at the same time stays there to be counted. */
describe('requests of several clients', () => {
  let mariadb: MariaDb;
  let root: mysql.Connection;
  let server: TestServer;
  let bob: string;

  beforeAll(async () => {
    mariadb = await MariaDb.start();
    root = await mysql.createConnection(mariadb.url(''));
    await root.query('CREATE DATABASE gateway');
    await migrate(mariadb.url('gateway'));
    await root.query('USE gateway');
  });
  afterAll(async () => {
    await root.end();
    await mariadb.stop();
  });
  beforeEach(async () => {
    const limits = { connections: 10, acquireTimeout: 60_000, statementTimeout: 60_000 };
    server = await TestServer.openForAnn(await openDatabase(mariadb.url('gateway'), limits), {
      DATABASE_CONNECTIONS: '20',
    });
    bob = await server.tokenFor('bob');
    // The first use of a token is recorded, which must not wait for the lock.
    await Promise.all([ask(server.token), ask(bob)]);
    await root.query('LOCK TABLES resources WRITE');
  });
  afterEach(async () => {
    await root.query('UNLOCK TABLES');
    await server.close();
    await server.db.close();
  });

  const ask = (authtoken: string, query = RESOURCES) => server.post({ query }, { authtoken });
  const running = async () => {
    const [rows] = await root.query('SHOW FULL PROCESSLIST');
    return JSON.stringify(rows).match(/FROM resources/g)?.length ?? 0;
  };
  const times = <T>(count: number, of: () => T) => Array.from({ length: count }, of);

  test('run at the same time if one client sends them all', async () => {
    const asked = times(4, () => ask(server.token));
    await expect.poll(running).toBe(4);
    await root.query('UNLOCK TABLES');
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(times(4, () => 200));
  });

  test('run one at a time of each token, and all are answered', async () => {
    const ofBob = ask(bob);
    await expect.poll(running).toBe(1);
    const ofAnn = times(6, () => ask(server.token));
    await expect.poll(running).toBe(2);
    // Everything that was sent has been read once another client was answered.
    await server.send('/health/live');
    expect(await running()).toBe(2);
    await root.query('UNLOCK TABLES');
    expect((await Promise.all([ofBob, ...ofAnn])).map(({ status }) => status)).toEqual(times(7, () => 200));
  });

  test('of a user in a session run four at a time, for a page that shows several things', async () => {
    await root.query('UNLOCK TABLES');
    await makeSignIn(server, 'paul', ['Administrator'], { accessScope: 'ALL' });
    const paul = new Browser(server);
    await paul.signIn('paul');
    await root.query('LOCK TABLES resources WRITE');
    const ofBob = ask(bob);
    await expect.poll(running).toBe(1);
    const ofPaul = times(8, () => paul.ask(RESOURCES));
    await expect.poll(running).toBe(5);
    await server.send('/health/live');
    expect(await running()).toBe(5);
    await root.query('UNLOCK TABLES');
    const answers = await Promise.all([ofBob, ...ofPaul]);
    expect(answers.map(({ status }) => status)).toEqual(times(9, () => 200));
  });

  test('leave half of the connections to others, though one client is alone', async () => {
    const ofAnn = times(5, () => ask(server.token, FOUR_LISTS));
    await expect.poll(running).toBe(5);
    await server.send('/health/live');
    expect(await running()).toBe(5);
    await root.query('UNLOCK TABLES');
    expect((await Promise.all(ofAnn)).map(({ status }) => status)).toEqual(times(5, () => 200));
  });

  test('of a client that left while they waited do not run', async () => {
    const ofBob = ask(bob);
    await expect.poll(running).toBe(1);
    const first = ask(server.token);
    await expect.poll(running).toBe(2);
    const leaving = new AbortController();
    const headers = { 'content-type': 'application/json', authtoken: server.token };
    const body = JSON.stringify({ query: '{ userAccounts { nodes { userName } } }' });
    const left = server.send('/graphql', { method: 'POST', headers, body, signal: leaving.signal });
    await server.send('/health/live');
    leaving.abort();
    await expect(left).rejects.toThrow();
    await root.query('UNLOCK TABLES');
    expect((await Promise.all([ofBob, first])).map(({ status }) => status)).toEqual([200, 200]);
    expect((await ask(server.token)).status).toBe(200);
  });
});
