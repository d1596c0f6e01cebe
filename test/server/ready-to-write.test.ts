import { execFileSync } from 'node:child_process';
import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { pino } from 'pino';
import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open.js';
import { WriteProbe } from '../../src/database/write-probe.js';
import { emptyDatabase, onEveryEngine, testDatabase } from '../helpers/databases.js';
import { MariaDb } from '../helpers/mariadb.js';
import { Program } from '../helpers/program.js';
import { TestServer } from './test-server.js';

const READ_ONLY =
  /^\{"status":"the database takes no writes","reason":"the database is read-only: let the gateway write to /;

test('readiness ends while the server is read-only, says what to do, and comes back; the log has one line for it', async () => {
  const server = await MariaDb.start();
  const root = await mysql.createConnection(server.url(''));
  await root.query('CREATE DATABASE gateway');
  await root.query("CREATE USER gateway@'%'");
  await root.query("GRANT ALL ON gateway.* TO gateway@'%'");
  await migrate(server.url('gateway'));
  const db = await openDatabase(server.url('gateway').replace('root', 'gateway'));
  const lines: { msg: string }[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const testServer = await TestServer.open(db, {}, logger);
  await root.query('SET GLOBAL read_only = 1');
  const answers = await Promise.all([1, 2, 3].map(() => testServer.send('/health/ready')));
  for (const { status, text } of answers) expect([status, text]).toEqual([503, expect.stringMatching(READ_ONLY)]);
  await root.query('SET GLOBAL read_only = 0');
  await expect.poll(async () => (await testServer.send('/health/ready')).status, { timeout: 10_000 }).toBe(200);
  expect(lines.map(({ msg }) => msg)).toEqual(['requests fail: something that the gateway needs is unavailable']);
  await testServer.close();
  await db.close();
  await root.end();
  await server.stop();
});

test('readiness ends while the SQLite file is read-only, and says what to do', async () => {
  const { db, drop } = await testDatabase('sqlite');
  const tx = await db.begin();
  await tx.execute(sql`PRAGMA query_only = 1`);
  await tx.rollback();
  const testServer = await TestServer.open(db);
  const { status, text } = await testServer.send('/health/ready');
  expect([status, text]).toEqual([503, expect.stringMatching(READ_ONLY)]);
  await testServer.close();
  await drop();
});

onEveryEngine('the write that readiness tries', (engine) => {
  test('is one write, however many ask', async () => {
    const { db, drop } = await testDatabase(engine);
    const probe = new WriteProbe(db, 60_000);
    const marks = () => db.query<{ mark: string }>(sql`SELECT mark FROM commit_marks`);
    await Promise.all(Array.from({ length: 50 }, () => probe.check()));
    const [first, ...others] = await marks();
    expect(others).toEqual([]);
    await probe.check();
    expect(await marks()).toEqual([first]);
    await drop();
  });

  test('does not end while another writer keeps it waiting', async () => {
    const { db, drop } = await testDatabase(engine);
    const probe = new WriteProbe(db, 0);
    await probe.check();
    const writer = await db.begin();
    await writer.execute(sql`UPDATE commit_marks SET mark = 'held'`);
    await probe.check();
    await writer.rollback();
    await drop();
  });
});

test('readiness and writes end at once when the SQLite file is moved, and come back with it', async () => {
  const { url, drop } = await emptyDatabase('sqlite');
  const file = url.slice('sqlite:'.length);
  await migrate(url);
  const db = await openDatabase(url);
  const testServer = await TestServer.openForAnn(db);
  renameSync(file, `${file}.elsewhere`);
  const ready = await testServer.send('/health/ready');
  expect([ready.status, ready.text]).toEqual([503, expect.stringMatching(/takes no writes.*moved.*put it back/)]);
  renameSync(`${file}.elsewhere`, file);
  await expect.poll(async () => (await testServer.send('/health/ready')).status, { timeout: 10_000 }).toBe(200);
  await testServer.close();
  await db.close();
  await drop();
});

test('readiness ends while the disk has no room for the WAL', async () => {
  const program = new Program();
  const server = await program.serve();
  const status = async () => (await fetch(`${server.url}/health/ready`)).status;
  expect(await status()).toBe(200);
  // A limit on the size of files stands for a full disk.
  const limit = (bytes: number | 'unlimited') =>
    execFileSync('prlimit', ['--pid', String(server.child.pid), `--fsize=${bytes}:unlimited`]);
  limit(statSync(join(program.folder, 'data/gateway.db-wal')).size);
  await expect.poll(status, { timeout: 10_000 }).toBe(503);
  limit('unlimited');
  await expect.poll(status, { timeout: 10_000 }).toBe(200);
  await server.stop();
});

test('who asks for readiness or metrics without end is told to wait, and others are not', async () => {
  const { db, drop } = await testDatabase('sqlite');
  const testServer = await TestServer.open(db, { TRUSTED_PROXIES: '127.0.0.1' });
  const ask = async (path: string, ip: string) => testServer.send(path, { headers: { 'x-forwarded-for': ip } });
  for (const path of ['/health/ready', '/metrics']) {
    const codes = new Set<number>();
    // More come back meanwhile: it goes on until one is refused.
    while (!codes.has(429)) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => ask(path, '192.0.2.1')));
      for (const { status } of answers) codes.add(status);
    }
    expect([...codes].sort()).toEqual([200, 429]);
    expect((await ask(path, '192.0.2.2')).status).toBe(200);
  }
  await testServer.close();
  await drop();
});
