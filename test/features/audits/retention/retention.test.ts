import fc from 'fast-check';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Module } from '../../../../src/database/module.js';
import { countRecords } from '../../../../src/database/positions.js';
import {
  deleteExpired,
  oldestAudits,
  removeOldAudits,
} from '../../../../src/features/audits/retention/delete-expired.js';
import { keptSince } from '../../../../src/features/audits/retention/retention-tables.js';
import { beginRebuild } from '../../../../src/features/audits/rollups/rebuild.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../../helpers/databases.js';
import { anActor, Gateway } from '../../../helpers/gateway.js';
import { addResources, countAll, countsOf } from '../rollups/rollups.fixture.js';
import { audit, DAYS, daysAgo, kept, remove, startOver, write } from './retention.fixture.js';

onEveryEngine('audits that are older than they are kept', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
    await addResources(database.db);
  });
  afterAll(() => database.drop());
  beforeEach(() => startOver(database.db));

  const many = (count: number, days: number) => Array.from({ length: count }, (_, n) => audit(`${n}`, days));

  test('are removed, and the others stay', async () => {
    await write(database.db, audit('new', 1), audit('old', 31), audit('older', 400));
    await write(database.db, audit('ancient', 4_000), audit('kept', 29));
    expect(await remove(database.db)).toBe(3);
    expect(await kept(database.db)).toEqual(['kept', 'new']);
    expect(await remove(database.db)).toBe(0);
  });

  test('are removed with the names that they were looked up by', async () => {
    const named = { userName: 'bob', resourceName: 'nowhere' };
    await write(database.db, audit('new', 1, named), audit('old', 31, named));
    await remove(database.db);
    const names = await database.db.query(
      sql`SELECT a.operation, n.name FROM audit_names n LEFT JOIN audits a ON a.id = n.id ORDER BY n.kind`,
    );
    expect(names).toEqual(['bob', 'nowhere'].map((name) => ({ operation: 'new', name })));
  });

  test('are removed in batches, and an audit says how many they were, once', async () => {
    await write(database.db, ...many(2_500, 40), audit('new', 1));
    const steps: number[] = [];
    await removeOldAudits(database.db, daysAgo(DAYS), new AbortController().signal, (n) => steps.push(n));
    await remove(database.db);
    expect(steps).toEqual([1_000, 2_000, 2_500]);
    const told = await database.db.query<{ operation: string; operatedBy: string; reason: string }>(
      sql`SELECT operation, operated_by AS operatedBy, reason FROM audits WHERE source = 'gateway'`,
    );
    expect(told).toEqual([
      {
        operation: 'Audits Removed',
        operatedBy: 'System',
        reason: expect.stringMatching(/^2500 audits that occurred before /),
      },
    ]);
  });

  test('are told of even where whoever removed them was stopped in between', async () => {
    await write(database.db, ...many(1_500, 40));
    const stop = new AbortController();
    expect(await removeOldAudits(database.db, daysAgo(DAYS), stop.signal, () => stop.abort())).toBe(1_000);
    await remove(database.db);
    const [told] = await database.db.query(sql`SELECT reason FROM audits WHERE source = 'gateway'`);
    expect(told).toEqual({ reason: expect.stringMatching(/^1500 audits/) });
  });

  test('are removed once, where two do it at the same time', async () => {
    await write(database.db, ...many(1_200, 40), audit('new', 1));
    const removed = await Promise.all([remove(database.db), remove(database.db)]);
    expect(removed.reduce((sum, count) => sum + count)).toBe(1_200);
    expect(await kept(database.db)).toEqual(['new']);
  });

  test('leave the number of records, the counts and the spans as if they had never been', async () => {
    const run = fc.array(
      fc.record({ days: fc.constantFrom(1, 29, 31, 60, 90), resource: fc.constantFrom('0', '1', 'x') }),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    await fc.assert(
      fc
        .asyncProperty(fc.array(fc.tuple(run, fc.boolean()), { minLength: 1, maxLength: 5 }), async (runs) => {
          for (const [records, counts] of runs) {
            await write(
              database.db,
              ...records.map(({ days, resource }) => audit('x', days, { resourceSourceId: resource })),
            );
            if (counts) await countAll(database.db);
          }
          await remove(database.db);
          await countAll(database.db);
          const [stored] = await database.db.query<{ n: number }>(sql`SELECT COUNT(*) AS n FROM audits`);
          expect(await countRecords(database.db, Module.AUDITS)).toBe(stored!.n);
          const before = await countsOf(database.db);
          await beginRebuild(database.db);
          await countAll(database.db);
          expect(before).toEqual(await countsOf(database.db));
          const empty = await database.db.query(
            sql`SELECT s.first_position FROM audit_spans s
                WHERE NOT EXISTS (SELECT 1 FROM audits t
                    WHERE t.id >= s.first_audit_id AND t.id < s.first_audit_id + s.audit_count)
                  AND s.first_position < (SELECT MAX(first_position) FROM audit_spans)`,
          );
          // The one that was the last when it was emptied.
          expect(empty.length).toBeLessThanOrEqual(1);
        })
        .beforeEach(() => startOver(database.db)),
      { numRuns: 12 },
    );
  });

  test('are gone from usage, totalCount and lists at once', async () => {
    const [resourceSourceId, operation] = ['0', 'Password Retrieved'];
    await write(database.db, audit(operation, 40, { resourceSourceId }), audit(operation, 1, { resourceSourceId }));
    await countAll(database.db);
    await remove(database.db);
    const query = `{ audits(filter: { operations: ["Password Retrieved"] }) { nodes { id } totalCount }
      resources { nodes { usage { operationCount passwordRetrievalCount } } } }`;
    const { audits, resources } = await gateway.read<{
      audits: { nodes: object[]; totalCount: number };
      resources: { nodes: { usage: object }[] };
    }>(anActor(), query);
    expect([audits.nodes.length, audits.totalCount]).toEqual([1, 1]);
    expect(resources.nodes.map(({ usage }) => usage)).toContainEqual({ operationCount: 1, passwordRetrievalCount: 1 });
  });

  test('are refused where they come in, with the reason, so that none is stored only to vanish', async () => {
    await remove(database.db);
    const since = (await keptSince(database.db))!;
    const [refused, added] = await write(database.db, audit('old', 31), audit('new', 29));
    expect([refused, added]).toEqual([
      { refused: expect.stringContaining(`is before ${since}, and older audits are not kept here`) },
      'ADDED',
    ]);
  });

  test('stay what they are where they were stored before: sent again, they are known', async () => {
    const stored = audit('kept', 29);
    await write(database.db, stored);
    await remove(database.db);
    expect(await write(database.db, stored)).toEqual(['UNCHANGED']);
  });

  test('begin where the schema says', async () => {
    const read = async () =>
      (await gateway.read<{ server: { auditsKeptSince: string | null } }>(null, '{ server { auditsKeptSince } }'))
        .server;
    expect(await read()).toEqual({ auditsKeptSince: null });
    const [earliest] = [daysAgo(DAYS)];
    await remove(database.db);
    const { auditsKeptSince } = await read();
    expect(auditsKeptSince! >= earliest! && auditsKeptSince! <= daysAgo(DAYS)).toBe(true);
  });

  test('are taken again where the setting is taken away', async () => {
    await remove(database.db);
    await deleteExpired(database.db, undefined, new AbortController().signal);
    expect(await keptSince(database.db)).toBeNull();
    expect(await write(database.db, audit('old', 31))).toEqual(['ADDED']);
  });

  test('are removed beside the requests, until it is stopped', async () => {
    await write(database.db, audit('old', 31), audit('new', 1));
    const stop = new AbortController();
    const keeping = deleteExpired(database.db, DAYS, stop.signal);
    await expect.poll(() => kept(database.db)).toEqual(['new']);
    stop.abort();
    await keeping;
  });

  if (engine === 'mariadb') {
    test('are found and deleted by indexes', async () => {
      await write(database.db, ...many(500, 40));
      const explain = async (statement: ReturnType<typeof sql>) =>
        (await database.db.query<{ type: string; key: string | null; table: string }>(sql`EXPLAIN ${statement}`))[0]!;
      expect(await explain(oldestAudits(database.db, daysAgo(DAYS)))).toMatchObject({
        type: 'range',
        key: 'audits_occurred_at',
      });
      expect(await explain(sql`DELETE FROM audits WHERE id IN (1, 2, 3)`)).toMatchObject({
        type: 'range',
        key: 'PRIMARY',
      });
      const ranges = sql`SELECT * FROM audit_spans WHERE first_audit_id >= 10000 AND first_audit_id < 20000`;
      expect(await explain(ranges)).toMatchObject({ key: 'audit_spans_first_audit' });
    });
  }
});
