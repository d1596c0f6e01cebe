import type { Sql } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import type { Actor } from '../../../src/graphql/context.js';
import type { TestDatabase } from '../../helpers/databases.js';
import { anActor, connectorFor, Gateway } from '../../helpers/gateway.js';
import { AUDITS, explain, measuredDatabase, rowsTouched, timeOf } from './measured-database.js';
import { countAll } from './rollups/rollups.fixture.js';

const PAGE = 100;
const someRange = { from: timeOf(600), to: timeOf(23_000) };

const late = {
  occurredAt: timeOf(0),
  category: 'RESOURCE',
  operation: 'late',
  outcome: 'SUCCESS',
  operatedBy: 'ann',
} as const;

const filters: [string, object | undefined][] = [
  ['no filter', undefined],
  ['categories', { categories: ['USER', 'TASK'] }],
  ['outcomes', { outcomes: ['FAILURE'] }],
  ['categories and outcomes', { categories: ['USER'], outcomes: ['FAILURE', 'UNKNOWN'] }],
  ['operations', { operations: ['operation 1', 'operation 3'] }],
  ['operatedBy', { operatedBy: ['user-3'] }],
  ['resourceIds', { resourceIds: ['3', '4'] }],
  ['resourceNames', { resourceNames: ['server-3'] }],
  ['accountNames', { accountNames: ['account-2'] }],
  ['userNames', { userNames: ['user-7', 'user-8'] }],
  ['ipAddresses', { ipAddresses: ['10.0.0.3'] }],
  ['operations and operatedBy', { operations: ['operation 3'], operatedBy: ['user-3'] }],
];

describe('on MariaDB, with many audits,', () => {
  let database: TestDatabase;
  let gateway: Gateway;
  let olga: Actor;
  beforeAll(async () => {
    database = await measuredDatabase();
    gateway = new Gateway(database.db);
    olga = await connectorFor(database.db, 'olga');
  });
  afterAll(() => database.drop());

  const statementsOf = async (actor: Actor, query: string, variables: object = {}): Promise<readonly Sql[]> => {
    const { errors, statements } = await gateway.ask(actor, query, { ...variables });
    expect(errors).toEqual([]);
    return statements;
  };

  /** What an operation makes MariaDB touch; it must never read a table of audits, or an index of one, from end to end. */
  const cost = async (actor: Actor, query: string, variables: object = {}): Promise<number> => {
    let touched = 0;
    for (const statement of await statementsOf(actor, query, variables)) {
      for (const { table, type, Extra } of await explain(database.db, statement)) {
        // A range for each span: what it touches shows that it is none of everything.
        if (Extra?.startsWith('Range checked for each record')) continue;
        if (/^[tpv]$/.test(table ?? '')) expect(type, `${statement.sql}`).not.toBe('ALL');
      }
      touched += await rowsTouched(database.db, statement);
    }
    return touched;
  };

  const pageOf = `query ($filter: AuditFilter, $range: DateRange, $direction: SortDirection!, $after: String) {
    audits(filter: $filter, dateRange: $range, orderBy: { direction: $direction }, first: ${PAGE}, after: $after) {
      nodes { id occurredAt operation reason } pageInfo { hasNextPage endCursor }
    } }`;

  describe.each(['ASC', 'DESC'])('in the order %s', (direction) => {
    test.each(filters)('a page by %s touches a few pages of rows', async (_, filter) => {
      for (const range of [undefined, someRange]) {
        expect(await cost(anActor(), pageOf, { filter, range, direction })).toBeLessThan(20 * PAGE);
      }
    });

    test.each(filters)('a page by %s of an actor that sees little touches what it sees', async (_, filter) => {
      for (const range of [undefined, someRange]) {
        // Where a name leads to an audit, the name is one row and the audit another.
        const rows = filter && 'userNames' in filter ? 2 : 1;
        expect(await cost(olga, pageOf, { filter, range, direction })).toBeLessThan(rows * 80 * PAGE);
      }
    });

    test.each([
      ['all audits', undefined, undefined],
      ['a range', undefined, someRange],
      ['one operation', { operations: ['operation 3'] }, undefined],
      ['one operation in a range', { operations: ['operation 3'] }, someRange],
      ['two categories in a range', { categories: ['USER', 'TASK'] }, someRange],
    ])('the last page of %s touches as much as the first', async (_, filter, range) => {
      const count =
        'query ($filter: AuditFilter, $range: DateRange) { audits(filter: $filter, dateRange: $range) { totalCount } }';
      const { audits } = await gateway.read<{ audits: { totalCount: number } }>(anActor(), count, { filter, range });
      const steps = Math.floor((audits.totalCount - 2 * PAGE) / 1_000);
      let after: string | undefined;
      for (let step = 0; step < steps; step++) after = await jump(1_000, after, { filter, range, direction });
      const first = await cost(anActor(), pageOf, { filter, range, direction });
      const late = await cost(anActor(), pageOf, { filter, range, direction, after });
      expect(late).toBeLessThanOrEqual(first + 20);
    });
  });

  const jump = async (rows: number, after: string | undefined, variables: object): Promise<string> => {
    const answer = await gateway.read<{ audits: { pageInfo: { endCursor: string } } }>(
      anActor(),
      pageOf.replace(`first: ${PAGE}`, `first: ${rows}`),
      { ...variables, after },
    );
    return answer.audits.pageInfo.endCursor;
  };

  test('a page before a cursor and after another touches a page of rows', async () => {
    const after = await jump(5_000, undefined, { direction: 'ASC' });
    const before = await jump(9_000, after, { direction: 'ASC' });
    const query =
      'query ($after: String, $before: String) { audits(last: 100, after: $after, before: $before) { nodes { id } } }';
    expect(await cost(anActor(), query, { after, before })).toBeLessThan(3 * PAGE);
  });

  test('a lookup of many values that nothing has touches little', async () => {
    const ipAddresses = Array.from({ length: 300 }, (_, n) => `192.168.0.${n}`);
    expect(await cost(anActor(), pageOf, { filter: { ipAddresses }, direction: 'DESC' })).toBeLessThan(20 * PAGE);
  });

  test('all that is counted is what a filter or a range names', async () => {
    expect(await cost(anActor(), '{ audits { totalCount } }')).toBeLessThan(5);
    const counted = '{ audits(filter: { operations: ["operation 3"] }) { totalCount } }';
    expect(await cost(anActor(), counted)).toBeLessThan(AUDITS / 8 + 10);
    const query = 'query ($range: DateRange) { audits(dateRange: $range) { totalCount } }';
    expect(await cost(anActor(), query, { range: { from: timeOf(3_000), to: timeOf(3_300) } })).toBeLessThan(310);
    expect(await cost(olga, '{ audits { totalCount } }')).toBeLessThan(AUDITS / 12);
  });

  test('of a name only what lies in the range is counted', async () => {
    const query =
      'query ($filter: AuditFilter, $range: DateRange) { audits(filter: $filter, dateRange: $range) { totalCount } }';
    const range = { from: timeOf(3_000), to: timeOf(3_300) };
    expect(await cost(anActor(), query, { range, filter: { userNames: ['user-7'] } })).toBeLessThan(2 * 20);
    expect(await cost(anActor(), query, { range, filter: { resourceNames: ['server-3'] } })).toBeLessThan(2 * 10);
  });

  test('a page by 400 names of resources reads a page of each that there is', async () => {
    const named = Array.from({ length: 20 }, (_, n) => `server-${n}`);
    const resourceNames = [...Array.from({ length: 380 }, (_, n) => `none-${n}`), ...named];
    const touched = await cost(anActor(), pageOf, { filter: { resourceNames }, direction: 'DESC' });
    expect(touched).toBeLessThan(3 * 20 * (PAGE + 1) + 4 * 400 + 5 * PAGE);
  });

  test('a page by very many names of resources, more than have an arm, reads no other audits', async () => {
    const resourceNames = [...Array.from({ length: 990 }, (_, n) => `none-${n}`), 'server-3', 'server-4'];
    const touched = await cost(anActor(), pageOf, { filter: { resourceNames }, direction: 'DESC' });
    expect(touched).toBeLessThan(2 * 2 * (AUDITS / 60) + 3 * 992 + 5 * PAGE);
  });

  test('an audit is read by its key', async () => {
    expect(await cost(anActor(), '{ audit(id: "10003") { id operation } }')).toBeLessThan(3);
    expect(await cost(olga, '{ audit(id: "10003") { id operation } }')).toBeLessThan(15);
  });

  test('the usage of resources reads no other resources’ audits', async () => {
    const perResource = AUDITS / 60;
    const query = '{ resources(first: 5) { nodes { usage { operationCount } } } }';
    // Each once, and once more where it is put together with others by the same user.
    expect(await cost(anActor(), query)).toBeLessThan(2 * 5 * perResource + 100);
    const ranged = `{ resources(first: 5) { nodes { usage(dateRange: { from: "${timeOf(23_000)}" }) { operationCount } } } }`;
    expect(await cost(anActor(), ranged)).toBeLessThan(2 * 5 * perResource * 0.1);
  });

  test('the usage of resources reads counts, and audits only of what is not counted and of cut days', async () => {
    const { db } = database;
    await countAll(db);
    const of = (range: string) => `{ resources(first: 5) { nodes { usage${range} { operationCount lastUsedAt } } } }`;
    // Of all time a resource here has two counts by what was done and how it went, and two by its users.
    const ofAllTime = await cost(anActor(), of(''));
    expect(ofAllTime).toBeLessThan(5 * 25);
    // Of a whole day it has as many, and of the hour before them three audits.
    const days = '(dateRange: { from: "2026-01-01T23:00:00Z", to: "2026-01-20T01:00:00Z" })';
    expect(await cost(anActor(), of(days))).toBeLessThan(5 * (5 * 20 + 2 * 3 * 4));
    await recordAudits(db, 'test', [{ ...late, sourceId: 'late' }]);
    expect(await cost(anActor(), of(''))).toBeLessThan(ofAllTime + 10);
  });

  test('the usage of resources in a few days reads their audits of those days', async () => {
    const day = '(dateRange: { from: "2026-01-02T00:00:00Z", to: "2026-01-03T00:00:00Z" })';
    const query = `{ resources(first: 5) { nodes { usage${day} { operationCount lastUsedAt } } } }`;
    const perDay = (24 * 60 * 3) / 60;
    expect(await cost(anActor(), query)).toBeLessThan(2 * 5 * perDay + 100);
  });

  test('a page of the feed touches two rows for each that it gives, early and late', async () => {
    const query = 'query ($after: String) { auditFeed(first: 100, after: $after) { nodes { id reason } nextCursor } }';
    const late = '{ auditFeed(first: 10000) { nextCursor } }';
    const { auditFeed } = await gateway.read<{ auditFeed: { nextCursor: string } }>(anActor(), late);
    expect(await cost(anActor(), query)).toBeLessThan(3 * PAGE);
    expect(await cost(anActor(), query, { after: auditFeed.nextCursor })).toBeLessThan(3 * PAGE);
  });

  test('a page of the feed by a filter touches what it passes over, each row once and by its key', async () => {
    const query = 'query ($filter: AuditFilter) { auditFeed(first: 100, filter: $filter) { nodes { id } } }';
    expect(await cost(anActor(), query, { filter: { operations: ['operation 3'] } })).toBeLessThan(2 * 8 * 101 + 10);
    expect(await cost(olga, query)).toBeLessThan(3_000);
  });
});
