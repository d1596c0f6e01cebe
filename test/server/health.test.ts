import mysql from 'mysql2/promise';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open.js';
import { newToken } from '../../src/lib/token.js';
import { onEveryEngine, testDatabase } from '../helpers/databases.js';
import { MariaDb } from '../helpers/mariadb.js';
import { refusal, TestServer, VIEWER } from './test-server.js';

onEveryEngine('health', (engine) => {
  test('a server with its database is live and ready, whoever asks', async () => {
    const database = await testDatabase(engine);
    const server = await TestServer.open(database.db);
    const answers = await Promise.all(['live', 'ready'].map((state) => server.send(`/health/${state}`)));
    expect(answers.map(({ status, text }) => [status, text])).toEqual([
      [200, '{"status":"live"}'],
      [200, '{"status":"ready"}'],
    ]);
    await server.close();
    await database.drop();
  });
});

describe('with its database gone', () => {
  let mariadb: MariaDb;
  let server: TestServer;
  const lines: { level: number; msg: string }[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });

  beforeAll(async () => {
    mariadb = await MariaDb.start();
    const connection = await mysql.createConnection(mariadb.url(''));
    await connection.query('CREATE DATABASE gateway');
    await connection.end();
    await migrate(mariadb.url('gateway'));
    const limits = { connections: 3, acquireTimeout: 1_000, statementTimeout: 1_000 };
    server = await TestServer.open(await openDatabase(mariadb.url('gateway'), limits), {}, logger);
    server.token = await server.tokenFor('ann');
  });
  afterAll(async () => {
    await server.close();
    await server.db.close();
    await mariadb.stop();
  });

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const readResources = () => server.post({ query: '{ resources { nodes { id } } }' }, bearer(server.token));

  /** Neither the engine nor its address is anything to a caller. */
  function expectMasked(answer: Awaited<ReturnType<typeof readResources>>): void {
    expect(refusal(answer).code).toMatch(/^(INTERNAL_SERVER_ERROR|UNAVAILABLE)$/);
    expect(answer.text).not.toMatch(/ECONN|127\.0\.0\.1|mysql|SELECT/i);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  }

  async function expectRecovery(): Promise<void> {
    await expect.poll(async () => (await server.send('/health/ready')).status).toBe(200);
    await expect.poll(async () => (await readResources()).body).toEqual({ data: { resources: { nodes: [] } } });
  }

  test('a server is live but not ready, answers errors, logs one line, and recovers by itself', async () => {
    await readResources();
    await mariadb.kill();
    for (const answer of await Promise.all(Array.from({ length: 30 }, readResources))) expectMasked(answer);
    expect(lines.filter(({ msg }) => msg.startsWith('requests fail'))).toHaveLength(1);
    expectMasked(await server.post({ query: VIEWER }, bearer(newToken('pag_'))));
    expect((await server.send('/health/live')).status).toBe(200);
    const ready = await server.send('/health/ready');
    expect([ready.status, ready.text]).toEqual([503, '{"status":"the database does not answer"}']);
    await mariadb.run();
    await expectRecovery();
  });

  test('a database that is frozen keeps no request for longer than its limits', async () => {
    await readResources();
    await mariadb.freeze();
    const answers = await Promise.all([
      readResources(),
      readResources(),
      readResources(),
      readResources(),
      readResources(),
    ]);
    for (const answer of answers) expectMasked(answer);
    expect((await server.send('/health/ready')).status).toBe(503);
    mariadb.thaw();
    await expectRecovery();
  });
});
