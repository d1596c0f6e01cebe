import fc from 'fast-check';
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/database/db.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { Gateway } from '../helpers/gateway.js';
import { expectedRows } from './list-oracle.js';
import { type ListQuery, type ListSpec, type Row, readPage, walkBackward, walkForward } from './list-spec.js';
import { choice, queryOf, valuesOf } from './list-values.js';

/** What holds of every connection, against a plain filter and sort in memory. */
export function listLaws(spec: ListSpec): void {
  onEveryEngine(`the list of ${spec.root}`, (engine) => {
    let database: TestDatabase;
    let gateway: Gateway;
    beforeAll(async () => {
      database = await testDatabase(engine);
      gateway = new Gateway(database.db);
    });
    afterAll(() => database.drop());
    beforeEach(() => empty(database.db));

    const stored = async (records: readonly object[]): Promise<Row[]> => {
      await spec.store(database.db, records);
      return spec.everyRow(gateway);
    };
    const someRows = () => stored(fc.sample(spec.records, { numRuns: 6, seed: 7 }).flat());

    const check = async (rows: readonly Row[], query: ListQuery) => {
      const { nodes, edges, totalCount } = await readPage(gateway, spec, query, { first: 1_000 });
      const expected = expectedRows(spec, rows, query);
      expect(nodes, JSON.stringify(query)).toEqual(expected);
      expect(edges.map(({ node }) => node)).toEqual(expected);
      expect(totalCount).toBe(expected.length);
    };

    test('each filter keeps what it says, alone and beside every other', async () => {
      const rows = await someRows();
      const names = Object.keys(spec.filters);
      for (const one of names) {
        for (const other of names) {
          const filter = Object.fromEntries([one, other].map((name) => [name, valuesOf(spec, rows, name).slice(0, 3)]));
          await check(rows, { filter, order: Object.keys(spec.orders)[0]!, direction: 'ASC' });
        }
      }
    });

    test('an empty list of values keeps nothing, and null keeps everything', async () => {
      const rows = await someRows();
      const order = Object.keys(spec.orders)[0]!;
      for (const name of Object.keys(spec.filters)) {
        await check(rows, { filter: { [name]: [] }, order, direction: 'ASC' });
        await check(rows, { filter: { [name]: null }, order, direction: 'DESC' });
      }
    });

    test('each date field is ranged half-open in each order and direction', async () => {
      const rows = await someRows();
      const range = { from: '2026-03-01T00:00:00.002Z', to: '2026-03-01T00:00:00.006Z' };
      for (const dateField of Object.keys(spec.dates)) {
        for (const order of Object.keys(spec.orders)) {
          for (const direction of ['ASC', 'DESC'] as const) await check(rows, { dateField, range, order, direction });
        }
      }
    });

    test('a page says whether there is more on either side, and where it begins and ends', async () => {
      const rows = await someRows();
      const query: ListQuery = { order: Object.keys(spec.orders)[0]!, direction: 'ASC' };
      const all = expectedRows(spec, rows, query);
      const first = await readPage(gateway, spec, query, { first: 3 });
      expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
      expect(first.pageInfo.startCursor).toBe(first.edges[0]!.cursor);
      expect(first.pageInfo.endCursor).toBe(first.edges[2]!.cursor);
      const second = await readPage(gateway, spec, query, { first: 3, after: first.edges[1]!.cursor });
      expect(second.nodes).toEqual(all.slice(2, 5));
      expect(second.pageInfo.hasPreviousPage).toBe(true);
      const last = await readPage(gateway, spec, query, { last: 3 });
      expect(last.nodes).toEqual(all.slice(-3));
      expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    });

    test('a page between two cursors holds what lies between them', async () => {
      const rows = await someRows();
      for (const order of Object.keys(spec.orders)) {
        const query: ListQuery = { order, direction: 'DESC' };
        const { edges } = await readPage(gateway, spec, query, { first: 1_000 });
        const between = { after: edges[1]!.cursor, before: edges.at(-2)!.cursor };
        const inner = expectedRows(spec, rows, query).slice(2, -2);
        expect((await readPage(gateway, spec, query, { first: 1_000, ...between })).nodes).toEqual(inner);
        expect((await readPage(gateway, spec, query, { last: 2, ...between })).nodes).toEqual(inner.slice(-2));
      }
    });

    test('a page of no rows has no cursors', async () => {
      const empty = { startCursor: null, endCursor: null, hasPreviousPage: false };
      const query: ListQuery = { order: Object.keys(spec.orders)[0]!, direction: 'ASC' };
      expect((await readPage(gateway, spec, query, { first: 5 })).pageInfo).toEqual({ ...empty, hasNextPage: false });
      await someRows();
      expect((await readPage(gateway, spec, query, { first: 0 })).pageInfo).toEqual({ ...empty, hasNextPage: true });
    });

    test('walking by pages, either way, gives exactly what a plain filter and sort gives', async () => {
      const queries = fc.array(choice(spec), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc
          .asyncProperty(spec.records, queries, async (records, choices) => {
            const rows = await stored(records);
            for (const chosen of choices) {
              const query = queryOf(spec, rows, chosen);
              const expected = expectedRows(spec, rows, query);
              expect(await walkForward(gateway, spec, query, chosen.size)).toEqual(expected);
              expect(await walkBackward(gateway, spec, query, chosen.size)).toEqual(expected);
            }
          })
          .beforeEach(() => empty(database.db)),
        { numRuns: 20 },
      );
    });

    test('rows that come in meanwhile neither repeat nor hide those that were there', async () => {
      await fc.assert(
        fc
          .asyncProperty(spec.records, choice(spec), async (records, chosen) => {
            const half = Math.ceil(records.length / 2);
            const old = await stored(records.slice(0, half));
            const query: ListQuery = { order: chosen.order, direction: chosen.direction };
            const before = await readPage(gateway, spec, query, { first: chosen.size });
            const rows = await stored(records.slice(half));
            const after = before.pageInfo.endCursor;
            const rest = await readPage(gateway, spec, query, { first: 1_000, after });
            const seen = [...before.nodes, ...rest.nodes];
            expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
            const ids = new Set(old.map(({ id }) => id));
            const expected = expectedRows(spec, rows, query).filter(({ id }) => ids.has(id));
            expect(seen.filter(({ id }) => ids.has(id))).toEqual(expected);
          })
          .beforeEach(() => empty(database.db)),
        { numRuns: 20 },
      );
    });
  });
}

const TABLES = [
  'audits',
  'audit_names',
  'audit_resource_names',
  'audit_spans',
  'resources',
  'privileged_accounts',
  'custom_fields',
  'access_grants',
  'past_shares',
  'user_accounts',
  'user_account_roles',
  'user_names',
  'tombstones',
];

/**
 * Takes every record away, so that a database serves many runs. Positions of resources and user accounts go on: what a
 * process has read of them it remembers until they change.
 */
export async function empty(db: Database): Promise<void> {
  for (const table of TABLES) await db.execute(sql`DELETE FROM ${raw(table)}`);
  const position = sql`CASE WHEN module IN ('RESOURCES', 'USER_ACCOUNTS') THEN position + 1 ELSE 0 END`;
  await db.execute(sql`UPDATE positions SET position = ${position}, records = 0`);
}

/** Makes of a database what it was before anything came in, as restoring a backup does. */
export async function restore(db: Database): Promise<void> {
  await empty(db);
  await db.execute(sql`UPDATE positions SET position = 0`);
}
