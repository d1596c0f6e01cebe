import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../src/graphql/context.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { anActor, Gateway } from '../helpers/gateway.js';

const session = anActor({ kind: 'SESSION' });
const connector = anActor();

/** One fault: the argument with its type, the value as it stands in a document and as a variable, and what is said of it. */
type Failure = [name: string, actor: Actor, root: string, argument: string, type: string, value: unknown, says: RegExp];

const problems: Failure[] = [
  ['a page over a session’s limit', session, 'audits', 'first', 'Int', 1_001, /first is 1001: .* from 0 to 1000/],
  ['a page over a connector’s limit', connector, 'audits', 'last', 'Int', 10_001, /last is 10001: .* from 0 to 10000/],
  ['a page of fewer than no rows', connector, 'resources', 'first', 'Int', -1, /first is -1: .* from 0 to/],
  ['a last page of fewer than no rows', connector, 'userAccounts', 'last', 'Int', -5, /last is -5: .* from 0 to/],
  [
    'a feed over a session’s limit',
    session,
    'resourceFeed',
    'first',
    'Int!',
    1_001,
    /first is 1001: .* from 1 to 1000/,
  ],
  ['a feed of no rows', connector, 'auditFeed', 'first', 'Int!', 0, /first is 0: it must be from 1 to 10000/],
  [
    'a range that ends before it begins',
    connector,
    'audits',
    'dateRange',
    'DateRange',
    { from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' },
    /dateRange.from .* is after dateRange.to .*: exchange them/,
  ],
  [
    'a bound without an offset',
    connector,
    'audits',
    'dateRange',
    'DateRange',
    { from: '2026-03-01T08:00:00' },
    /2026-03-01T08:00:00" has no offset: write 2026-03-01T08:00:00Z for UTC/,
  ],
  [
    'a bound without a time',
    connector,
    'resources',
    'dateRange',
    'DateRange',
    { to: '2026-03-01' },
    /is a date without a time: write 2026-03-01T00:00:00Z/,
  ],
  [
    '30 February',
    connector,
    'userAccounts',
    'dateRange',
    'DateRange',
    { to: '2026-02-30T00:00:00Z' },
    /2026-02-30 is not a date: February 2026 has 28 days/,
  ],
  [
    'a beginning of a feed that is no time',
    connector,
    'auditFeed',
    'since',
    'DateTime',
    'yesterday',
    /"yesterday" is not a date-time: write it like 2026/,
  ],
  [
    'a time that is a number',
    connector,
    'auditFeed',
    'since',
    'DateTime',
    1_772_000_000,
    /a DateTime is .*text, as in "2026-11-22T08:30:00Z"/,
  ],
  [
    'an id that is no id',
    connector,
    'resource',
    'id',
    'ID!',
    'server-1',
    /id: "server-1" is not an id: pass one as this API returned it/,
  ],
  ['an id beyond all ids', connector, 'audit', 'id', 'ID!', '99999999999999999999', /is not an id/],
  [
    'an id among good ones',
    connector,
    'audits',
    'filter',
    'AuditFilter',
    { resourceIds: ['1', '-2'] },
    /filter.resourceIds\[1\]: "-2" is not an id/,
  ],
  [
    'a list of too many values',
    connector,
    'resources',
    'filter',
    'ResourceFilter',
    { names: Array(1_001).fill('a') },
    /filter.names has 1001 values: at most 1000/,
  ],
];

const selection: Record<string, string> = { resource: '{ id }', audit: '{ id }' };
const fields = (root: string) =>
  selection[root] ?? (root.endsWith('Feed') ? '{ nextCursor }' : '{ pageInfo { endCursor } }');

onEveryEngine('bad input', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
  });
  afterAll(() => database.drop());

  test.each(problems)('%s is refused with what to do', async (_, actor, root, argument, type, value, says) => {
    const literal = JSON.stringify(value).replace(/"(\w+)":/g, '$1:');
    for (const refusal of [
      await gateway.refusal(actor, `{ ${root}(${argument}: ${literal}) ${fields(root)} }`),
      await gateway.refusal(actor, `query ($v: ${type}) { ${root}(${argument}: $v) ${fields(root)} }`, { v: value }),
    ]) {
      expect(refusal.code).toBe('BAD_USER_INPUT');
      expect(refusal.message).toMatch(says);
    }
  });

  test('first together with last is refused', async () => {
    const refusal = await gateway.refusal(connector, '{ audits(first: 1, last: 1) { totalCount } }');
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', message: 'first and last: give one of them, not both' });
  });

  test('a time within a filter variable is named by its path', async () => {
    const query = 'query ($range: DateRange) { audits(dateRange: $range) { totalCount } }';
    const { message } = await gateway.refusal(connector, query, { range: { from: '2026-03-01T08:00:00' } });
    expect(message).toMatch(/range\.from/);
  });

  test.each([
    ['an argument', 'query ($v: Int) { auditFeed(first: $v) { nextCursor } }', /"first" .* must not be null/],
    [
      'a part of an argument',
      'query ($v: SortDirection) { audits(orderBy: { direction: $v }) { totalCount } }',
      /"orderBy"/,
    ],
    ['a condition', 'query ($v: Boolean = true) { server @include(if: $v) { version } }', /"if" .* must not be null/],
  ])('a variable that is null where %s with a default is not', async (_, query, says) => {
    const refusal = await gateway.refusal(connector, query, { v: null });
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringMatching(says) });
  });

  test('a range of no length is a range, of no rows', async () => {
    const range = '{ from: "2026-03-01T00:00:00Z", to: "2026-03-01T00:00:00.000+00:00" }';
    expect(await gateway.read(connector, `{ audits(dateRange: ${range}) { totalCount } }`)).toEqual({
      audits: { totalCount: 0 },
    });
  });

  test('an id that nothing has is no fault', async () => {
    const query = '{ resource(id: "9007199254740991") { id } userAccount(id: 7) { id } audit(id: "7") { id } }';
    expect(await gateway.read(connector, query)).toEqual({ resource: null, userAccount: null, audit: null });
  });

  test('what is within this program stays there: of a failing statement only the code and the path are told', async () => {
    const broken = await testDatabase(engine);
    await broken.db.execute(sql`DROP TABLE audits`);
    const refusal = await new Gateway(broken.db).refusal(connector, '{ all: audits { nodes { id } } }');
    await broken.drop();
    expect(refusal).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', path: ['all'] });
    expect(refusal.message).toMatch(/^something went wrong here: the log of the gateway has it/);
    expect(refusal.message).not.toMatch(/SELECT|audits|table|column/i);
  });

  test('a database that is closed is told of without a word of SQL', async () => {
    const closed = await testDatabase(engine);
    await closed.db.close();
    const refusal = await new Gateway(closed.db).refusal(connector, '{ all: audits { nodes { id } } }');
    await closed.drop().catch(() => {});
    expect(['INTERNAL_SERVER_ERROR', 'UNAVAILABLE']).toContain(refusal.code);
    expect(refusal.message).not.toMatch(/SELECT|audits|pool/i);
  });

  test('a kind of operation that there is not', async () => {
    const refusal = await gateway.refusal(connector, 'subscription { audits }');
    expect(refusal).toMatchObject({ code: expect.stringMatching(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/) });
  });

  test('a search that is too long', async () => {
    const query = 'query ($text: String!) { resources(filter: { search: $text }) { totalCount } }';
    const refusal = await gateway.refusal(connector, query, { text: 'x'.repeat(60_000) });
    expect(refusal).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/60000 characters: at most/),
    });
  });

  test('fields that are nested without an end', async () => {
    const nested = `${'owner { grants { resource { '.repeat(20)}id${' } } }'.repeat(20)}`;
    const refusal = await gateway.refusal(connector, `{ resources { nodes { ${nested} } } }`);
    expect(refusal).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/nested deeper than 12 at/),
    });
  });

  test('a value that is long is not repeated in whole', async () => {
    const query = 'query ($at: DateTime!) { audits(dateRange: { from: $at }) { totalCount } }';
    const { code, message } = await gateway.refusal(connector, query, { at: 'x'.repeat(100_000) });
    expect([code, message.length < 1_100]).toEqual(['BAD_USER_INPUT', true]);
  });

  test('very many wrong values at once', async () => {
    const query = 'query ($ids: [ID!]) { audits(filter: { resourceIds: $ids }) { totalCount } }';
    const { errors } = await gateway.ask(connector, query, { ids: Array.from({ length: 200 }, () => ({})) });
    expect(new Set(errors.map(({ extensions }) => extensions?.code))).toEqual(new Set(['BAD_USER_INPUT']));
  });
});
