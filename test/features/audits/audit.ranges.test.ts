import { Sql } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';

const [from, to] = ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'];

/** What MariaDB reads is counted in audit.plans.test.ts; SQLite counts nothing, but says where it begins. */
describe('on SQLite, a later page', () => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase('sqlite');
    gateway = new Gateway(database.db);
    const audits = Array.from({ length: 500 }, (_, n) => ({
      sourceId: `${n}`,
      occurredAt: new Date(Date.UTC(2026, 2, 1) + n * 1_000).toISOString(),
      category: 'USER' as const,
      operation: `operation ${n % 2}`,
      outcome: 'SUCCESS' as const,
      operatedBy: 'ann',
    }));
    await recordAudits(database.db, 'test', audits);
  });
  afterAll(() => database.drop());

  const planOf = async ({ strings: [first = '', ...rest], values }: Sql): Promise<string[]> => {
    const steps = await database.db.query<{ detail: string }>(
      new Sql([`EXPLAIN QUERY PLAN ${first}`, ...rest], values),
    );
    return steps.map(({ detail }) => detail);
  };

  describe.each([
    ['everything', undefined],
    ['a filter', { operations: ['operation 1'] }],
  ])('of %s', (_, filter) => {
    test.each([
      ['no range', undefined],
      ['a beginning', { from }],
      ['an end', { to }],
      ['a range', { from, to }],
    ])('with %s begins behind the page before it, in either order', async (_, range) => {
      for (const direction of ['ASC', 'DESC']) {
        const query = `query ($filter: AuditFilter, $range: DateRange, $direction: SortDirection!, $after: String) {
          audits(filter: $filter, dateRange: $range, orderBy: { direction: $direction }, first: 50, after: $after) {
            nodes { reason } pageInfo { endCursor } } }`;
        const asked = { filter, range, direction };
        type Page = { audits: { pageInfo: { endCursor: string } } };
        const after = (await gateway.read<Page>(anActor(), query, asked)).audits.pageInfo.endCursor;
        const { statements } = await gateway.ask(anActor(), query, { ...asked, after });
        const [step] = await planOf(statements[0]!);
        expect(step).toMatch(/^SEARCH t USING INDEX/);
        expect(step).toContain(`(occurred_at,id)${direction === 'ASC' ? '>' : '<'}(?,?)`);
      }
    });
  });
});
