import { resolve } from 'node:path';
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/database/db.js';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open.js';
import { recordAudits } from '../../src/features/audits/audit.service.js';
import { anAudit, SOURCE } from '../features/writing/records.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { MariaDb } from '../helpers/mariadb.js';
import { columns, MANY, makeThings, plainRows } from './things.js';

/** Around the hours that a clock in New York leaves out and has twice, and around the turn of a year. */
const times = [
  '2026-03-08T01:59:59.999Z',
  '2026-03-08T02:30:00.001Z',
  '2026-03-08T06:59:59.999Z',
  '2026-03-08T07:00:00.000Z',
  '2026-11-01T05:30:00.000Z',
  '2026-11-01T06:30:00.000Z',
  '1969-12-31T23:59:59.999Z',
  '2038-01-19T03:14:08.001Z',
  '2025-12-31T23:59:59.999Z',
  '2024-02-29T00:00:00.010Z',
];

/** Stores audits that occurred then; when they occurred as it is read back. */
async function storedTimes(db: Database): Promise<string[]> {
  await recordAudits(
    db,
    SOURCE,
    times.map((occurredAt) => anAudit(occurredAt, { occurredAt })),
  );
  const occurred = raw(db.dialect.timeText('occurred_at'));
  const rows = await db.query<{ occurredAt: string }>(sql`SELECT ${occurred} AS occurredAt FROM audits ORDER BY id`);
  return rows.map(({ occurredAt }) => occurredAt);
}

onEveryEngine('times', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(engine);
  });
  afterAll(() => database.drop());

  test('come back to the millisecond', async () => {
    expect(await storedTimes(database.db)).toEqual(times);
  });

  test('are ordered as they are', async () => {
    const rows = await database.db.query<{ id: string }>(sql`SELECT source_id AS id FROM audits ORDER BY occurred_at`);
    expect(rows.map(({ id }) => id)).toEqual([...times].sort());
  });

  test('are compared as what dialect.timeValue makes of them', async () => {
    const { dialect } = database.db;
    const from = dialect.timeValue('2026-03-08T06:59:59.999Z');
    const to = dialect.timeValue('2026-03-08T07:00:00.000Z');
    const rows = await database.db.query<{ id: string }>(
      sql`SELECT source_id AS id FROM audits WHERE occurred_at >= ${from} AND occurred_at < ${to}`,
    );
    expect(rows).toEqual([{ id: '2026-03-08T06:59:59.999Z' }]);
  });
});

describe('a MariaDB that stands in New York, speaks Latin and takes no files', () => {
  let server: MariaDb;
  let db: Database;
  beforeAll(async () => {
    const winter = '--default-time-zone=-05:00';
    server = await MariaDb.start([winter, '--local-infile=0', '--sql-mode=', '--character-set-server=latin1']);
    const url = server.url('gateway');
    const root = await openDatabase(server.url('mysql'));
    await root.execute(sql`CREATE DATABASE gateway`);
    await root.close();
    await migrate(url);
    db = await openDatabase(url);
  });
  afterAll(async () => {
    await db.close();
    await server.stop();
  });

  test('gives times back as they were', async () => {
    expect(await storedTimes(db)).toEqual(times);
  });

  test('is spoken to in UTC, READ COMMITTED and strictly, on every connection', async () => {
    const settings = sql`SELECT @@time_zone AS zone, @@tx_isolation AS isolation, @@sql_mode AS mode,
      @@innodb_lock_wait_timeout AS lockWait, @@idle_write_transaction_timeout AS idle, SLEEP(0.01) AS slept`;
    const sessions = await Promise.all([1, 2, 3, 4].map(() => db.query<Record<string, unknown>>(settings)));
    for (const [session] of sessions) {
      expect(session).toMatchObject({ zone: '+00:00', isolation: 'READ-COMMITTED', lockWait: 5, idle: 5 });
      expect(session!.mode).toContain('STRICT_ALL_TABLES');
    }
  });

  test('refuses what a column cannot hold instead of cutting it', async () => {
    const long = 'x'.repeat(300);
    const insert = db.execute(sql`INSERT INTO gateway (name, value) VALUES (${long}, 'v')`);
    await expect(insert).rejects.toThrow(/Data too long/);
  });

  test('takes many rows without a file', async () => {
    await makeThings(db, 'mariadb');
    await db.insertRows('things', columns, plainRows(MANY, 0, '😀\t\\'));
    const text = sql`SELECT DISTINCT a FROM things`;
    expect(await db.query(text)).toEqual([{ a: '😀\t\\' }]);
  });
});

describe('a MariaDB that speaks TLS', () => {
  let server: MariaDb;
  beforeAll(async () => {
    const folder = resolve('test/data/tls');
    server = await MariaDb.start([`--ssl-cert=${folder}/database.pem`, `--ssl-key=${folder}/database-key.pem`]);
  });
  afterAll(() => server.stop());

  const cipher = sql`SHOW STATUS LIKE 'Ssl_cipher'`;

  test('is spoken to in TLS where its certificate is vouched for', async () => {
    const db = await openDatabase(`${server.url('mysql')}?ssl-ca=test/data/tls/database.pem`);
    expect(await db.query(cipher)).toEqual([{ Variable_name: 'Ssl_cipher', Value: expect.stringMatching(/\w/) }]);
    await db.close();
  });

  test('is not spoken to where nobody vouches for its certificate', async () => {
    await expect(openDatabase(`${server.url('mysql')}?ssl=true`)).rejects.toThrow(/reached|certificate/);
  });

  test('is not reached by options that nobody knows, which might have asked for TLS', async () => {
    const opening = async () => openDatabase(`${server.url('mysql')}?sslmode=REQUIRED`);
    await expect(opening()).rejects.toThrow('sslmode is not known');
  });
});
