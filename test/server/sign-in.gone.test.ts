import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/database/db.js';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open.js';
import { type EngineName, onEveryEngine } from '../helpers/databases.js';
import { MariaDb } from '../helpers/mariadb.js';
import { Browser, makeSignIn, PASSWORD, SIGN_IN } from './browser.js';
import { accountedFor, SignInRecord } from './sign-in-record.js';
import { type HttpAnswer, TestServer } from './test-server.js';

/** A database that is gone for a while. */
interface Fleeting {
  readonly url: string;
  go(): Promise<void>;
  comeBack(): Promise<void>;
  end(): Promise<void>;
}

const fleeting: Record<EngineName, () => Promise<Fleeting>> = {
  /** Another process keeps the file locked. */
  sqlite: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pam-gateway-gone-'));
    const file = join(folder, 'gateway.db');
    let other: Sqlite.Database;
    return {
      url: `sqlite:${file}`,
      go: async () => {
        other = new Sqlite(file);
        other.exec('BEGIN EXCLUSIVE');
      },
      comeBack: async () => void other.close(),
      end: async () => rmSync(folder, { recursive: true }),
    };
  },
  mariadb: async () => {
    const server = await MariaDb.start();
    const root = await openDatabase(server.url('mysql'));
    await root.execute(sql`CREATE DATABASE gateway`);
    await root.close();
    return {
      url: server.url('gateway'),
      go: () => server.kill(),
      comeBack: () => server.run(),
      end: () => server.stop(),
    };
  },
};

onEveryEngine('signing in while the database is gone', (engine) => {
  let database: Fleeting;
  let db: Database;
  let testServer: TestServer;

  beforeAll(async () => {
    database = await fleeting[engine]();
    await migrate(database.url);
    db = await openDatabase(database.url, { connections: 4, acquireTimeout: 500, statementTimeout: 5_000 });
    testServer = await TestServer.open(db);
    await makeSignIn(testServer, 'ann');
  });
  afterAll(async () => {
    await testServer.close();
    await db.close();
    await database.end();
  });

  const signIn = (userName: string, password: string, browser = new Browser(testServer)) =>
    browser.ask(SIGN_IN, { userName, password });
  /** What anybody can tell of an answer, but for its id and what is left of a budget. */
  const seen = ({ status, headers, body }: HttpAnswer) => ({ status, retryAfter: headers.get('retry-after'), body });

  test('is refused in the same words, right, wrong or unknown, counted, and works when it is back', async () => {
    const browser = new Browser(testServer);
    expect((await signIn('ann', PASSWORD, browser)).body.errors).toBeUndefined();
    await database.go();
    const answers = [
      await signIn('ann', PASSWORD),
      await signIn('ann', 'a password that is not it'),
      await signIn('nobody', 'a password that is not it'),
    ].map(seen);
    expect(answers[0]).toMatchObject({ status: 503, retryAfter: '2', body: { data: null } });
    expect(answers[0]!.body.errors).toMatchObject([
      { path: ['signIn'], message: expect.stringMatching(/\bdatabase\b/), extensions: { code: 'UNAVAILABLE' } },
    ]);
    expect(answers).toEqual(Array(3).fill(answers[0]));
    const again = await signIn('ann', PASSWORD, browser);
    expect([again.status, again.body.errors![0]!.extensions.code]).toEqual([503, 'UNAVAILABLE']);
    await database.comeBack();
    await expect.poll(async () => (await signIn('ann', PASSWORD)).status).toBe(200);
    const record = new SignInRecord(db);
    await record.tellAll();
    const turnedAway = (await record.audits()).filter(({ operation }) => operation === 'User Sign-In Turned Away');
    expect(accountedFor(turnedAway)).toBeGreaterThanOrEqual(answers.length);
    expect(await browser.viewer()).toBe('ann');
  });
});
