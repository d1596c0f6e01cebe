import 'reflect-metadata';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transaction } from '../../../../src/database/transaction.js';
import type { ResourceUsage } from '../../../../src/features/audits/resource-usage.js';
import { readUsages } from '../../../../src/features/audits/resource-usage.queries.js';
import { bucketOf } from '../../../../src/features/audits/rollups/buckets.js';
import { countAudits } from '../../../../src/features/audits/rollups/count-audits.js';
import { type CountTable, countTables, type Dimension } from '../../../../src/features/audits/rollups/count-tables.js';
import { beginRebuild } from '../../../../src/features/audits/rollups/rebuild.js';
import { countMore } from '../../../../src/features/audits/rollups/rollup-worker.js';
import { uncountAudits } from '../../../../src/features/audits/rollups/uncount-audits.js';
import type { DateRange } from '../../../../src/graphql/pages/page-arguments.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../../helpers/databases.js';
import {
  addAudits,
  addResources,
  allAudits,
  anyAudits,
  anyRange,
  type Counted,
  countAll,
  countsOf,
  dyingAt,
  isWithin,
  removeEverything,
  usageOf,
} from './rollups.fixture.js';

const anyRetrievals = fc.subarray(['Password Retrieved', 'password retrieved', 'SSH Key Downloaded']);

const anyStep = fc.oneof(
  { weight: 4, arbitrary: anyAudits.map((records) => ({ add: records })) },
  { weight: 3, arbitrary: fc.constant({ count: true }) },
  { weight: 1, arbitrary: fc.nat(12).map((dieAt) => ({ dieAt })) },
  { weight: 1, arbitrary: fc.nat(5).map((remove) => ({ remove })) },
  { weight: 1, arbitrary: fc.constant({ rebuild: true }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

onEveryEngine('counts of audits', (engine) => {
  let database: TestDatabase;
  let resourceIds: number[];
  beforeAll(async () => {
    database = await testDatabase(engine);
    resourceIds = await addResources(database.db);
  });
  afterAll(() => database.drop());

  test('say at every moment what counting all audits says, whatever was done before', async () => {
    const { db } = database;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(anyStep, anyRange, anyRetrievals), { maxLength: 12 }), async (steps) => {
        await removeEverything(db);
        for (const [step, range, retrievals] of steps) {
          await take(step);
          const audits = (await allAudits(db)).filter((audit) => isWithin(range, audit));
          expect(await readUsages(db, retrievals, range, resourceIds)).toMatchObject(
            expectedUsages(audits, retrievals),
          );
          for (const table of countTables) await expectCounts(table, range, audits);
        }
        await countAll(db);
        const kept = await countsOf(db);
        await beginRebuild(db);
        await countAll(db);
        expect(await countsOf(db)).toEqual(kept);
      }),
      { numRuns: 25 },
    );
  });

  const take = async (step: Step): Promise<void> => {
    const { db } = database;
    if ('add' in step) await addAudits(db, step.add);
    else if ('count' in step) await countMore(db);
    else if ('dieAt' in step) await countMore(dyingAt(db, step.dieAt)).catch(() => {});
    else if ('remove' in step) await removeOldest(step.remove);
    else await beginRebuild(db);
  };

  const removeOldest = async (number: number): Promise<void> => {
    const { db } = database;
    await transaction(db, async (tx) => {
      const rows = await tx.query<{ id: number }>(sql`SELECT id FROM audits ORDER BY occurred_at LIMIT ${number}`);
      const ids = rows.map(({ id }) => id).sort((a, b) => a - b);
      await uncountAudits(tx, ids);
      for (const id of ids) await tx.execute(sql`DELETE FROM audits WHERE id = ${id}`);
    });
  };

  const expectedUsages = (audits: readonly Counted[], retrievals: readonly string[]): ResourceUsage[] =>
    resourceIds.map((id) =>
      usageOf(
        audits.filter(({ resource_id }) => resource_id === id),
        retrievals,
      ),
    );

  const expectCounts = async (table: CountTable, range: DateRange, audits: readonly Counted[]): Promise<void> => {
    const ofTable = table.dimensions.includes('resource_id') ? audits.filter((a) => a.resource_id !== null) : audits;
    const by: (Dimension | 'bucket')[][] = [[], [...table.dimensions], [table.dimensions.at(-1)!]];
    if (table.name !== 'resource_user_counts') by.push(['bucket', table.dimensions[0]!]);
    for (const names of by) {
      const counted = await countAudits(database.db, table, { range, by: names });
      const rows = counted.map((row) => [...names.map((name) => (row as never)[name]), row.audits]);
      expect(rows.toSorted(byText)).toEqual(recount(ofTable, names).toSorted(byText));
    }
  };
});

function recount(audits: readonly Counted[], names: readonly (Dimension | 'bucket')[]): unknown[][] {
  const groups = new Map<string, unknown[]>();
  for (const audit of audits) {
    const values = names.map((name) => (name === 'bucket' ? bucketOf(audit.occurredAt) : audit[name]));
    const group = groups.get(JSON.stringify(values)) ?? [...values, 0];
    group[names.length] = (group[names.length] as number) + 1;
    groups.set(JSON.stringify(values), group);
  }
  return [...groups.values()];
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
