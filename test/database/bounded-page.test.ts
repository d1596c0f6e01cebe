import fc from 'fast-check';
import sql, { type Sql } from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBoundedPage } from '../../src/database/bounded-page.js';
import type { SortDirection } from '../../src/database/dialects/dialect.js';
import type { PageQuery, Place } from '../../src/database/keyset-page.js';
import { recordResources } from '../../src/features/resources/resource.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';

const COUNT = 60;

onEveryEngine('pages that look through few rows each', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(engine);
    const resources = Array.from({ length: COUNT }, (_, n) => ({
      sourceId: `${n}`,
      name: `resource ${n}`,
      type: `type ${n % 3}`,
      department: `department ${n % 4}`,
      // Few times, so that rows tie, and some without any.
      lastAccessedAt: n % 5 === 0 ? null : `2026-01-01T00:00:00.00${n % 4}Z`,
    }));
    await recordResources(database.db, 'test', resources);
  });
  afterAll(() => database.drop());

  const types = fc.constantFrom(['type 0'], ['type 1', 'type 2'], ['type 0', 'type 1', 'type 2']);
  const departments = fc.constantFrom('department 1', 'department 3', 'none');
  const direction = fc.constantFrom<SortDirection[]>('ASC', 'DESC');
  const range = fc.constantFrom({}, { from: '2026-01-01T00:00:00.001Z' }, { to: '2026-01-01T00:00:00.003Z' });
  const small = fc.integer({ min: 1, max: 12 });

  test('have every row that pages without a bound have, once and in the same order', async () => {
    const { db } = database;
    const rowQuery = {
      select: sql`t.last_accessed_at AS value, t.id AS id`,
      rows: (statement: Sql) => db.query<Place>(statement),
    };
    await fc.assert(
      fc.asyncProperty(
        types,
        departments,
        direction,
        range,
        small,
        small,
        async (types, name, direction, range, limit, most) => {
          const bound = (time?: string) => (time === undefined ? undefined : db.dialect.timeValue(time));
          const { from, to } = range as { from?: string; to?: string };
          const query: Omit<PageQuery, 'limit' | 'after'> = {
            table: 'resources',
            column: 'last_accessed_at',
            isNullable: true,
            direction,
            branches: types.map((type) => ({ index: 'resources_last_accessed_at', where: sql`t.type = ${type}` })),
            where: sql`t.department = ${name}`,
            from: bound(from),
            to: bound(to),
            before: undefined,
          };
          const whole = await readBoundedPage(db, rowQuery, { ...query, after: undefined, limit: COUNT });
          const rows: Place[] = [];
          let after: Place | undefined;
          for (let page = 0; page < 10 * COUNT; page++) {
            const { rows: some, reached } = await readBoundedPage(db, rowQuery, { ...query, after, limit }, most);
            rows.push(...some);
            if (!reached && some.length < limit) break;
            after = reached ?? some.at(-1)!;
          }
          expect(rows).toEqual(whole.rows);
        },
      ),
      { numRuns: 60 },
    );
  });
});
