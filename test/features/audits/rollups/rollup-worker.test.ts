import 'reflect-metadata';
import { setImmediate as endOfTurn, setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../../../src/database/db.js';
import { openDatabase } from '../../../../src/database/open.js';
import { transaction } from '../../../../src/database/transaction.js';
import type { AuditRecord } from '../../../../src/features/audits/audit.record.js';
import { readUsages } from '../../../../src/features/audits/resource-usage.queries.js';
import { countAudits } from '../../../../src/features/audits/rollups/count-audits.js';
import { operationCounts, userCounts } from '../../../../src/features/audits/rollups/count-tables.js';
import { lagOf } from '../../../../src/features/audits/rollups/lag.js';
import { beginRebuild, countUpTo } from '../../../../src/features/audits/rollups/rebuild.js';
import { rollupQuery } from '../../../../src/features/audits/rollups/rollup-query.js';
import { countMore, runRollupWorker } from '../../../../src/features/audits/rollups/rollup-worker.js';
import { uncountAudits } from '../../../../src/features/audits/rollups/uncount-audits.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../../helpers/databases.js';
import { addAudits, addResources, countAll, countsOf, removeEverything } from './rollups.fixture.js';

const START = Date.parse('2026-03-01T00:00:00Z');
const RETRIEVALS = ['Password Retrieved'];

/** The n-th of many audits, a minute after the one before, by one of seven users. */
function audit(n: number): Omit<AuditRecord, 'sourceId'> {
  return {
    occurredAt: new Date(START + n * 60_000).toISOString(),
    category: 'RESOURCE',
    operation: n % 2 ? 'Password Retrieved' : 'Session Started',
    outcome: n % 5 ? 'SUCCESS' : 'FAILURE',
    operatedBy: `user-${n % 7}`,
    resourceSourceId: `${n % 3}`,
  };
}

const audits = (from: number, count: number) => Array.from({ length: count }, (_, n) => audit(from + n));

/** How many audits more, or fewer, the counts and what is added to them say than there are, in one moment. */
async function drift(db: Db): Promise<number> {
  const counted = rollupQuery(db, {
    range: null,
    counts: { table: operationCounts, select: sql`SUM(c.audits) AS n`, where: sql`1 = 1`, groupBy: sql`c.outcome` },
    audits: { select: sql`COUNT(*) AS n`, where: sql`1 = 1`, groupBy: sql`t.outcome`, index: 'audits_occurred_at' },
  });
  const [row] = await db.query<{ drift: number | string }>(
    sql`SELECT COALESCE((SELECT SUM(n) FROM (${counted}) u), 0) - (SELECT COUNT(*) FROM audits) AS drift`,
  );
  return Number(row!.drift);
}

onEveryEngine('a rollup worker', (engine) => {
  let database: TestDatabase;
  let resourceIds: number[];
  beforeAll(async () => {
    database = await testDatabase(engine);
    resourceIds = await addResources(database.db);
  });
  afterEach(() => removeEverything(database.db));
  afterAll(() => database.drop());

  const usedInAll = async (db: Db): Promise<number> => {
    const usages = await readUsages(db, RETRIEVALS, null, resourceIds);
    return usages.reduce((sum, { operationCount }) => sum + operationCount, 0);
  };

  test('counts beside many writers, with another by accident, and every moment in between is exact', async () => {
    const { db, url } = database;
    const others = [await openDatabase(url), await openDatabase(url)];
    let writing = true;
    let committed = 0;
    const write = async (writer: number) => {
      for (let n = 0; n < 15; n++) {
        const size = 1 + ((n * 7) % 40);
        await addAudits(db, audits(writer * 1_000 + n * 50, size));
        committed += size;
      }
    };
    const follow = async (worker: Db) => {
      while (writing) {
        await countMore(worker);
        await endOfTurn();
      }
    };
    const read = async () => {
      while (writing) {
        expect(await drift(db)).toBe(0);
        const before = committed;
        expect(await usedInAll(db)).toBeGreaterThanOrEqual(before);
        await sleep(5);
      }
    };
    const beside = [...others.map(follow), read()];
    await Promise.all([0, 1, 2, 3].map(write)).finally(() => {
      writing = false;
    });
    await Promise.all(beside);
    await countAll(db);
    const kept = await countsOf(db);
    await beginRebuild(db);
    await countAll(db);
    expect(await countsOf(db)).toEqual(kept);
    expect(await usedInAll(db)).toBe(committed);
    for (const other of others) await other.close();
  });

  test('is one of all that want to follow, and the next where it ends', async () => {
    const { db, url } = database;
    const other = await openDatabase(url);
    const [first, second] = [new AbortController(), new AbortController()];
    const running = runRollupWorker(db, first.signal);
    await expect.poll(() => db.query(sql`SELECT 1 AS one FROM leases WHERE name = 'audit counts'`)).toHaveLength(1);
    const waiting = runRollupWorker(other, second.signal);
    await addAudits(db, audits(0, 10));
    await expect.poll(() => lagOf(db)).toEqual({ audits: 0, seconds: 0 });
    first.abort();
    await running;
    await addAudits(db, audits(10, 10));
    await expect.poll(() => lagOf(db)).toEqual({ audits: 0, seconds: 0 });
    second.abort();
    await waiting;
    await other.close();
  });

  test('says how many audits it is behind, and since when', async () => {
    const { db } = database;
    await addAudits(db, audits(0, 25));
    await db.execute(sql`UPDATE audits SET recorded_at = ${db.dialect.timeValue('2026-01-01T00:00:00.000Z')}`);
    const lag = await lagOf(db);
    expect(lag.audits).toBe(25);
    expect(lag.seconds).toBeGreaterThan(86_400);
    await countAll(db);
    expect(await lagOf(db)).toEqual({ audits: 0, seconds: 0 });
  });

  test('that is far behind, or counts anew, has questions answered from audits', async () => {
    const { db } = database;
    await addAudits(db, audits(0, 60));
    await countAll(db);
    // Counts that are wrong show whether anybody believes them.
    await db.execute(sql`UPDATE resource_user_counts SET audits = audits + 1000`);
    expect(await usedInAll(db)).toBeGreaterThan(1_000);
    await db.execute(sql`UPDATE positions SET position = position + 1000000 WHERE module = 'AUDITS'`);
    expect(await usedInAll(db)).toBe(60);
    await db.execute(sql`UPDATE positions SET position = position - 1000000 WHERE module = 'AUDITS'`);
    await beginRebuild(db);
    expect(await usedInAll(db)).toBe(60);
    await countAll(db);
    await addAudits(db, audits(60, 5));
    expect(await usedInAll(db)).toBe(65);
  });

  test('that is ended while counts are made anew is followed by another that goes on with it', async () => {
    const { db } = database;
    for (let n = 0; n < 30; n++) await addAudits(db, audits(n * 100, 100));
    await countAll(db);
    const kept = await countsOf(db);
    await beginRebuild(db);
    for (let n = 0; n < 4; n++) await countMore(db);
    const seen: number[] = [];
    await countUpTo(db, 3_000, ({ position }) => seen.push(position));
    expect(seen.at(-1)).toBe(3_000);
    expect(await countsOf(db)).toEqual(kept);
  });

  test('is told of audits that are removed, of those that it has counted already', async () => {
    const { db } = database;
    await addAudits(db, audits(0, 100));
    await countAll(db);
    await addAudits(db, audits(100, 100));
    await transaction(db, async (tx) => {
      const rows = await tx.query<{ id: number }>(sql`SELECT id FROM audits ORDER BY id`);
      const ids = [...rows.slice(0, 60), ...rows.slice(150)].map(({ id }) => id);
      await uncountAudits(tx, ids);
      for (const id of ids) await tx.execute(sql`DELETE FROM audits WHERE id = ${id}`);
    });
    expect(await usedInAll(db)).toBe(90);
    await countAll(db);
    const kept = await countsOf(db);
    await beginRebuild(db);
    await countAll(db);
    expect(await countsOf(db)).toEqual(kept);
    expect(await usedInAll(db)).toBe(90);
  });

  test('ends where every audit that it has not counted was removed', async () => {
    const { db } = database;
    await addAudits(db, audits(0, 20));
    await countMore(db);
    await addAudits(db, audits(20, 20));
    await db.execute(sql`DELETE FROM audits WHERE occurred_at >= ${db.dialect.timeValue(audit(20).occurredAt)}`);
    await db.execute(sql`DELETE FROM audit_spans WHERE first_position > 20`);
    await countAll(db);
    expect(await lagOf(db)).toEqual({ audits: 0, seconds: 0 });
    await beginRebuild(db);
    await countAll(db);
    expect(await usedInAll(db)).toBe(20);
  });

  test('keeps what a chart asks for: a user’s audits by the quarter of an hour', async () => {
    const { db } = database;
    await addAudits(db, audits(0, 45));
    await countAll(db);
    const range = { from: '2026-03-01T00:07:00.000Z', to: '2026-03-01T00:31:00.000Z' };
    const rows = await countAudits(db, userCounts, { range, by: ['bucket'], only: { operated_by: ['user-1'] } });
    expect(rows.map((row) => row.audits).toSorted()).toEqual([1, 3]);
  });
});
