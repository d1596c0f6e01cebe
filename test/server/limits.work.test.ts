import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.js';
import { recordAudits } from '../../src/features/audits/audit.service.js';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { TestServer } from './test-server.js';

const AUDITS = 12_000;

let database: TestDatabase;
let server: TestServer;
let headers: Record<string, string>;

beforeAll(async () => {
  database = await testDatabase('sqlite');
  server = await TestServer.openForAnn(database.db);
  headers = { authtoken: server.token };
  const records = Array.from({ length: AUDITS }, (_, n) => ({
    sourceId: `${n}`,
    occurredAt: new Date(Date.UTC(2026, 0, 1) + n).toISOString(),
    category: 'USER' as const,
    operation: 'common',
    outcome: 'SUCCESS' as const,
    operatedBy: 'ann',
  }));
  for (const start of [0, 6_000]) await recordAudits(database.db, 'test', records.slice(start, start + 6_000));
});
afterAll(async () => {
  await server.close();
  await database.drop();
});

const actual = async (query: string) => {
  const { body, extensions } = await server.post({ query }, headers);
  expect(body.errors).toBeUndefined();
  return { data: body.data!, cost: (extensions!.cost as { actual: number }).actual };
};

test('a page of a feed is charged for what it passes over, under each of its aliases', async () => {
  const none = 'auditFeed(first: 1, filter: { operations: ["rare"] }) { nodes { id } caughtUp hasMore }';
  const { data, cost } = await actual(`{ ${none} }`);
  expect(data.auditFeed).toEqual({ nodes: [], caughtUp: true, hasMore: false });
  expect(cost).toBeGreaterThanOrEqual(AUDITS / 10);
  const aliases = Array.from({ length: 30 }, (_, n) => `a${n}: ${none}`);
  expect((await actual(`{ ${aliases.join(' ')} }`)).cost).toBeGreaterThanOrEqual(30 * (AUDITS / 10));
  expect((await actual('{ auditFeed(first: 1) { nodes { id } hasMore } }')).cost).toBe(1);
});

test('a page of a list is charged for what it looks through', async () => {
  const filter = '{ operations: ["common"], outcomes: [FAILURE] }';
  const { data, cost } = await actual(`{ audits(first: 10, filter: ${filter}) { nodes { id } } }`);
  expect(data.audits).toEqual({ nodes: [] });
  expect(cost).toBeGreaterThanOrEqual(AUDITS / 10);
});

test('a statement that may read much lets the process go on, and gives what another one gives', async () => {
  let goesOn = false;
  setImmediate(() => {
    goesOn = true;
  });
  const statement = sql`SELECT COUNT(*) AS n, MIN(occurred_at) AS first FROM audits WHERE operation <> ${'rare'}`;
  const rows = await database.db.apart.query(statement);
  expect(goesOn).toBe(true);
  expect(rows).toEqual(await database.db.query(statement));
});

test('a fault of such a statement is its own, and one that takes too long leaves the next one alone', async () => {
  await expect(database.db.apart.query(sql`SELECT missing FROM audits`)).rejects.toThrow(/no such column: missing/);
  const limits = { connections: 1, acquireTimeout: 5_000, statementTimeout: 100 };
  const db = await openDatabase(database.url, limits);
  const long = sql`WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${5_000_000}) SELECT COUNT(*) FROM c`;
  const [slow, quick] = await Promise.allSettled([db.apart.query(long), db.apart.query(sql`SELECT 1 AS n`)]);
  expect(slow).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
  expect(quick).toEqual({ status: 'fulfilled', value: [{ n: 1 }] });
  await db.close();
});
