import sql, { Sql } from 'sql-template-tag';
import type { Database } from '../../../src/database/db.js';
import { openDatabase } from '../../../src/database/open.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { type TestDatabase, testDatabase } from '../../helpers/databases.js';

export const AUDITS = 24_000;
const RESOURCES = 60;
const USERS = 24;
const START = Date.parse('2026-01-01T00:00:00Z');

/** The time of the n-th audit; three share one. */
export function timeOf(n: number): string {
  return new Date(START + Math.floor(n / 3) * 60_000).toISOString();
}

const CATEGORIES = ['RESOURCE', 'USER', 'TASK', 'USER_SESSION'] as const;

/** A MariaDB with many audits and one connection, whose counters therefore say what a statement read. */
export async function measuredDatabase(): Promise<TestDatabase> {
  const database = await testDatabase('mariadb');
  const db = await openDatabase(database.url, { connections: 1, acquireTimeout: 5_000, statementTimeout: 30_000 });
  const resources = Array.from({ length: RESOURCES }, (_, n) => ({
    sourceId: `${n}`,
    name: `server-${n}`,
    type: 'Linux',
    ownerName: n === 3 ? 'olga' : null,
    accounts: [{ name: 'root' }],
  }));
  await recordResources(db, 'test', resources);
  const users = Array.from({ length: USERS }, (_, n) => ({
    sourceId: `${n}`,
    userName: n === 0 ? 'olga' : `user-${n}`,
    grants: n === 0 ? [{ level: 'VIEW' as const, resourceSourceId: '5' }] : [],
  }));
  await storeUserAccounts(db, 'test', users);
  for (let start = 0; start < AUDITS; start += 8_000) {
    const records = Array.from({ length: 8_000 }, (_, n) => audit(start + n));
    await recordAudits(db, 'test', records);
  }
  await db.execute(sql`ANALYZE TABLE audits`);
  return {
    ...database,
    db,
    drop: async () => {
      await db.close();
      await database.drop();
    },
  };
}

function audit(n: number) {
  return {
    sourceId: `${n}`,
    occurredAt: timeOf(n),
    category: CATEGORIES[n % CATEGORIES.length]!,
    operation: `operation ${n % 8}`,
    outcome: n % 5 ? ('SUCCESS' as const) : ('FAILURE' as const),
    operatedBy: n % USERS === 0 ? 'olga' : `user-${n % USERS}`,
    ipAddress: `10.0.0.${n % 40}`,
    resourceSourceId: `${n % RESOURCES}`,
    resourceName: `server-${n % RESOURCES}`,
    accountName: `account-${n % 11}`,
    userName: `user-${n % 19}`,
  };
}

/** One table of a statement's plan. */
export interface Step {
  readonly table: string;
  readonly type: string | null;
  readonly key: string | null;
  readonly rows: number | null;
  readonly Extra: string | null;
}

/** How MariaDB means to run a statement. */
export function explain(db: Database, { strings, values }: Sql): Promise<Step[]> {
  const [first = '', ...rest] = strings;
  return db.query<Step>(new Sql([`EXPLAIN ${first}`, ...rest], values));
}

/** How many rows of tables and indexes MariaDB touches to answer a statement. */
export async function rowsTouched(db: Database, statement: Sql): Promise<number> {
  await db.execute(sql`FLUSH STATUS`);
  await db.query(statement);
  const counters = await db.query<{ Value: string }>(sql`SHOW SESSION STATUS LIKE 'Handler_read%'`);
  return counters.reduce((sum, { Value }) => sum + Number(Value), 0);
}
