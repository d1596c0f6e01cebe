import fc from 'fast-check';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cutRanges, rangesAfter } from '../../src/database/position-ranges.js';
import { auditsAdded } from '../../src/database/positions.js';
import { insertAll } from '../../src/database/rows.js';
import type { PositionRange } from '../../src/database/tables.js';
import { transaction } from '../../src/database/transaction.js';
import { Audit } from '../../src/features/audits/audit.js';
import { empty } from '../features/list-laws.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { anActor, Gateway } from '../helpers/gateway.js';

/** Ids that a writer may use of its block. */
const BLOCK = 1_000;

/** Of blocks in the order of their commits: how many audits each writes. */
interface Written {
  readonly block: number;
  readonly count: number;
}

/** Commits come in another order than blocks were taken. */
const someWritten = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 60, max: 150 }), fc.constant(BLOCK)), {
    minLength: 1,
    maxLength: 8,
  })
  .chain((counts) =>
    fc
      .shuffledSubarray([...counts.keys()], { minLength: counts.length })
      .map((blocks) => counts.map((count, n): Written => ({ block: blocks[n]!, count }))),
  );

const idsOf = ({ block, count }: Written) => Array.from({ length: count }, (_, n) => (block + 1) * BLOCK + n);
const expand = (ranges: readonly PositionRange[]) =>
  ranges.flatMap(({ firstPosition, firstAuditId, auditCount }) =>
    Array.from({ length: auditCount }, (_, n): [number, number] => [firstPosition + n, firstAuditId + n]),
  );

onEveryEngine('spans of audits', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
  });
  afterAll(() => database.drop());
  beforeEach(() => empty(database.db));

  /** Writes audits with these ids in one transaction, each run of them by one span. */
  const commit = (...runs: number[][]) =>
    transaction(database.db, async (tx) => {
      await insertAll(tx, Audit, runs.flat().map(auditOf));
      for (const ids of runs) auditsAdded(tx, ids[0]!, ids.length);
    });

  const page = async (variables: { after?: string | undefined; first: number; filter?: object }) => {
    const query = `query ($after: String, $first: Int!, $filter: AuditFilter) {
      auditFeed(after: $after, first: $first, filter: $filter) { nodes { id } nextCursor caughtUp } }`;
    const { data, errors, statements } = await gateway.ask<{ auditFeed: Page }>(anActor(), query, variables);
    expect(errors).toEqual([]);
    const { nodes, nextCursor, caughtUp } = data!.auditFeed;
    return { ids: nodes.map(({ id }) => Number(id)), nextCursor, caughtUp, statements };
  };

  const follow = async (first: number, filter?: object) => {
    const pages: Awaited<ReturnType<typeof page>>[] = [];
    do pages.push(await page({ first, after: pages.at(-1)?.nextCursor, ...(filter && { filter }) }));
    while (!pages.at(-1)!.caughtUp);
    return pages;
  };

  test('give the audits of any positions, whatever order their transactions were committed in', async () => {
    const place = fc.record({ position: fc.nat(1_500), count: fc.integer({ min: 1, max: 1_500 }) });
    await fc.assert(
      fc
        .asyncProperty(someWritten, place, async (written, { position, count }) => {
          for (const one of written) await commit(idsOf(one));
          const ids = written.flatMap(idsOf);
          const { ranges, end, last } = await rangesAfter(database.db, position, count);
          const expected = ids.map((id, n) => [n + 1, id]).slice(position, position + count);
          expect(expand(ranges)).toEqual(expected);
          expect([end, last]).toEqual([Math.max(position, Math.min(position + count, ids.length)), ids.length]);
          const middle = position + Math.floor(count / 2);
          const parts = [cutRanges(ranges, position, middle), cutRanges(ranges, middle, position + count)];
          expect(parts.flatMap(expand)).toEqual(expected);
        })
        .beforeEach(() => empty(database.db)),
      { numRuns: 20 },
    );
  });

  test('lead a reader past every audit once, in the order of the commits, with a filter or without', async () => {
    await fc.assert(
      fc
        .asyncProperty(
          someWritten,
          fc.integer({ min: 20, max: 700 }),
          fc.boolean(),
          async (written, first, filtered) => {
            for (const one of written) await commit(idsOf(one));
            const pages = await follow(first, filtered ? { operatedBy: ['ann'] } : undefined);
            const expected = written.flatMap(idsOf).filter((id) => !filtered || id % 3 === 0);
            expect(pages.flatMap(({ ids }) => ids)).toEqual(expected);
          },
        )
        .beforeEach(() => empty(database.db)),
      { numRuns: 20 },
    );
  });

  test('of one audit each cost a page few statements', async () => {
    const singles = Array.from({ length: 12_000 }, (_, n) => BLOCK + ((n * 7_919) % 12_000) * 2);
    await commit(...singles.map((id) => [id]));
    const pages = await follow(10_000);
    expect(pages.map(({ statements }) => statements.length)).toEqual([2, 2]);
    expect(pages.flatMap(({ ids }) => ids)).toEqual(singles);
    const filtered = await page({ first: 100, filter: { operatedBy: ['nobody'] } });
    expect(filtered).toMatchObject({ ids: [], caughtUp: false });
    expect(filtered.statements.length).toBeLessThan(8);
  });

  test('whose audits were removed are passed over', async () => {
    await commit(idsOf({ block: 0, count: 10 }));
    await commit(idsOf({ block: 2, count: 10 }));
    await commit(idsOf({ block: 1, count: 10 }));
    await database.db.execute(sql`DELETE FROM audits WHERE id > ${BLOCK + 3} AND id < ${2 * BLOCK + 5}`);
    await database.db.execute(sql`DELETE FROM audit_spans WHERE first_position = 11`);
    const pages = await follow(7);
    expect(pages.flatMap(({ ids }) => ids)).toEqual(
      [0, 1, 2, 3].map((n) => BLOCK + n).concat([5, 6, 7, 8, 9].map((n) => 2 * BLOCK + n)),
    );
  });
});

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly nextCursor: string;
  readonly caughtUp: boolean;
}

function auditOf(id: number): Partial<Audit> {
  return {
    id,
    source: 'test',
    sourceId: String(id),
    occurredAt: '2026-03-01T00:00:00.000Z',
    recordedAt: '2026-03-01T00:00:00.000Z',
    category: 'USER' as Audit['category'],
    operation: 'Login',
    outcome: 'SUCCESS' as Audit['outcome'],
    operatedBy: id % 3 === 0 ? 'ann' : 'bob',
  };
}
