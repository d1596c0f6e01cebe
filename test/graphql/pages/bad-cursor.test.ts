import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseId } from '../../../src/database/database-id.js';
import { Module } from '../../../src/database/module.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { Cursors } from '../../../src/graphql/pages/cursor.js';
import type { CursorValue } from '../../../src/graphql/pages/cursor-values.js';
import { FeedCursors } from '../../../src/graphql/pages/feed-cursor.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, contextOf, Gateway } from '../../helpers/gateway.js';

type Ended = Record<string, { pageInfo?: { endCursor: string }; nextCursor?: string }>;

/** Operations that end with a cursor and take one; no cursor of one is good for another. */
const lists = {
  'audits in order': 'audits(first: 1, after: $after) { pageInfo { endCursor } }',
  'audits in reverse': 'audits(first: 1, after: $after, orderBy: { direction: DESC }) { pageInfo { endCursor } }',
  'audits by a filter':
    'audits(first: 1, after: $after, filter: { operations: ["a", "b"] }) { pageInfo { endCursor } }',
  'audits by another filter':
    'audits(first: 1, after: $after, filter: { operations: ["a"] }) { pageInfo { endCursor } }',
  'audits of a range':
    'audits(first: 1, after: $after, dateRange: { from: "2026-01-01T00:00:00Z" }) { pageInfo { endCursor } }',
  'the feed of audits': 'auditFeed(first: 1, after: $after) { nextCursor }',
  'the feed of audits by a filter': 'auditFeed(first: 1, after: $after, filter: { operations: ["a"] }) { nextCursor }',
  'the feed of resources': 'resourceFeed(first: 1, after: $after) { nextCursor }',
  'the feed of user accounts': 'userAccountFeed(first: 1, after: $after) { nextCursor }',
  'resources by name': 'resources(first: 1, after: $after) { pageInfo { endCursor } }',
  'resources by creation':
    'resources(first: 1, after: $after, orderBy: { field: CREATED_AT }) { pageInfo { endCursor } }',
  'resources by creation, of a range':
    'resources(first: 1, after: $after, orderBy: { field: CREATED_AT }, dateRange: { from: "2020-01-01T00:00:00Z" }) { pageInfo { endCursor } }',
  'resources by creation, of a range of creation':
    'resources(first: 1, after: $after, orderBy: { field: CREATED_AT }, dateField: CREATED_AT, dateRange: { from: "2020-01-01T00:00:00Z" }) { pageInfo { endCursor } }',
  'user accounts by creation':
    'userAccounts(first: 1, after: $after, orderBy: { field: CREATED_AT }) { pageInfo { endCursor } }',
};
const names = Object.keys(lists) as (keyof typeof lists)[];
const queryOf = (name: keyof typeof lists) => `query ($after: String) { ${lists[name]} }`;

onEveryEngine('a cursor', (engine) => {
  let database: TestDatabase;
  let other: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    other = await testDatabase(engine);
    gateway = new Gateway(database.db);
    for (const { db } of [database, other]) await fill(db);
  });
  afterAll(async () => {
    await database.drop();
    await other.drop();
  });

  const cursorOf = async (name: keyof typeof lists, from = gateway): Promise<string> => {
    const [{ pageInfo, nextCursor }] = Object.values(await from.read<Ended>(anActor(), queryOf(name))) as [
      Ended[string],
    ];
    return (pageInfo?.endCursor ?? nextCursor)!;
  };

  test.each(names)('of %s is good for no other list', async (name) => {
    const after = await cursorOf(name);
    for (const another of names) {
      if (another === name) expect(await gateway.read(anActor(), queryOf(another), { after })).toBeTruthy();
      else {
        const refusal = await gateway.refusal(anActor(), queryOf(another), { after });
        expect(refusal, another).toMatchObject({ code: 'BAD_CURSOR' });
        expect(refusal.message).toMatch(/was made for another query: keep the filter, date range and order/);
      }
    }
  });

  test('of another database is refused', async () => {
    const after = await cursorOf('audits in order', new Gateway(other.db));
    const refusal = await gateway.refusal(anActor(), queryOf('audits in order'), { after });
    expect(refusal.code).toBe('BAD_CURSOR');
    expect(refusal.message).toMatch(/is not a cursor of this gateway: pass one exactly as it was returned/);
  });

  test.each([
    ['no text', ''],
    ['a word', 'x'],
    ['a snowman', '☃'],
    ['text in base64', 'bm9uc2Vuc2U='],
    ['an offset', '1'],
    ['JSON', '[]'],
    ['a long text', 'a'.repeat(5_000)],
  ])('is not %s', async (_, text) => {
    for (const query of [
      `{ audits(after: ${JSON.stringify(text)}) { totalCount nodes { id } } }`,
      `{ audits(last: 1, before: ${JSON.stringify(text)}) { totalCount nodes { id } } }`,
    ]) {
      const { code, message } = await gateway.refusal(anActor(), query);
      expect(code).toBe('BAD_CURSOR');
      expect(message.length).toBeLessThan(250);
    }
  });

  test('that was damaged anywhere is refused', async () => {
    for (const name of ['audits in order', 'the feed of audits'] as const) {
      const good = await cursorOf(name);
      const query = queryOf(name);
      const place = fc.nat(good.length - 1);
      const damaged = fc.oneof(
        place.map((at) => good.slice(0, at + 1).slice(0, -1) + good.slice(at + 1)),
        fc.tuple(place, fc.constantFrom(...'aZ0-_ =+/')).map(([at, by]) => good.slice(0, at) + by + good.slice(at + 1)),
        fc.tuple(place, fc.constantFrom(...'aZ0-_ =\n')).map(([at, by]) => good.slice(0, at) + by + good.slice(at)),
        fc.constantFrom(`${good}=`, `${good} `, ` ${good}`, good + good, good.slice(4), good.toLowerCase()),
      );
      await fc.assert(
        fc.asyncProperty(damaged, async (after) => {
          fc.pre(after !== good && after !== '');
          expect((await gateway.refusal(anActor(), query, { after })).code).toBe('BAD_CURSOR');
        }),
      );
    }
  });

  test.each(['audits in order', 'the feed of audits'] as const)(
    'of an earlier version, which had a checksum alone, is refused for %s with what to do',
    async (name) => {
      const payload =
        name === 'audits in order' ? '1AbCdEfGh["2026-02-01T00:00:00.000Z",1]' : '1AbCdEfGh[1,null,"ALL",null,0]';
      const checksum = crc32(payload, crc32(await databaseId(database.db)));
      const after = Buffer.from(checksum.toString(16).padStart(8, '0') + payload).toString('base64url');
      const refusal = await gateway.refusal(anActor(), queryOf(name), { after });
      expect(refusal).toMatchObject({ code: 'BAD_CURSOR' });
      expect(refusal.message).toMatch(/was made by an earlier version of this gateway.*begin again without `after`/);
    },
  );

  test.each<[keyof typeof lists, object, CursorValue[], CursorValue[][]]>([
    [
      'resources by name',
      { list: Module.RESOURCES, orderBy: 'name', direction: 'ASC', dateField: 'MODIFIED_AT' },
      ['one', 1],
      [['x'], ['x', null], [null, 1], [1, 1], ['x', -1], ['x', 2 ** 53], ['x', 1.5], ['x', 1, 1], []],
    ],
    [
      'audits in order',
      { list: Module.AUDITS, orderBy: 'occurredAt', direction: 'ASC' },
      ['2026-02-01T00:00:00.000Z', 1],
      ['2026-02-30T00:00:00.000Z', '2026-02-01', '2026-02-01T00:00:00Z', '2026-02-01 00:00:00.000', ''].map((text) => [
        text,
        1,
      ]),
    ],
    [
      'the feed of audits',
      { feed: Module.AUDITS, filter: {} },
      [1, '2026-02-01T00:00:00.000Z', 'ALL', null, 0, ''],
      [
        [1, 'z', 'ALL', null, 0, ''],
        [1, '2026-02-30T00:00:00.000Z', 'ALL', null, 0, ''],
        [1, '2026-02-01T00:00:00+00:00', 'ALL', null, 0, ''],
        [1, null, 'ALL', 'a', 0, ''],
        [1, null, 'SOME', null, 0, ''],
        [-1, null, 'ALL', null, 0, ''],
        [1, null, 'ALL', null, null, ''],
        [1, null, 'ALL', null],
      ],
    ],
  ])('of %s has values of their kinds, even if it was sealed with the key', async (name, list, good, others) => {
    const cursors = await Cursors.of(database.db, list);
    await gateway.read(anActor(), queryOf(name), { after: cursors.encode(...good) });
    for (const values of others) {
      const { code } = await gateway.refusal(anActor(), queryOf(name), { after: cursors.encode(...values) });
      expect([values, code]).toEqual([values, 'BAD_CURSOR']);
    }
  });

  test('widens no period: whatever the places, an audit is read only if the token may read it', async () => {
    type Edge = { cursor: string; node: { occurredAt: string } };
    const edgesIn = async (direction: string) => {
      const query = `{ audits(first: 100, orderBy: { direction: ${direction} }) { edges { cursor node { occurredAt } } } }`;
      return (await gateway.read<{ audits: { edges: Edge[] } }>(anActor(), query)).audits.edges;
    };
    const sorted = { ASC: await edgesIn('ASC'), DESC: await edgesIn('DESC') };
    const { ASC: edges } = sorted;
    const place = fc.option(fc.nat(edges.length - 1), { nil: null });
    const since = fc.constantFrom(
      ...edges.map(({ node }) => node.occurredAt),
      '1999-01-01T00:00:00.000Z',
      '2099-01-01T00:00:00.000Z',
    );
    const order = fc.constantFrom<('ASC' | 'DESC')[]>('ASC', 'DESC');
    const size = fc.constantFrom('first', 'last');
    await fc.assert(
      fc.asyncProperty(place, place, since, order, size, async (after, before, since, direction, size) => {
        const list = sorted[direction];
        const between = list.slice(after === null ? 0 : after + 1, before ?? undefined);
        const expected = between.filter(({ node }) => node.occurredAt >= since);
        const query = `query ($after: String, $before: String) { audits(${size}: 100, after: $after, before: $before,
          orderBy: { direction: ${direction} }) { nodes { occurredAt } edges { cursor } } }`;
        const cursor = (at: number | null) => (at === null ? null : list[at]!.cursor);
        const narrowed = anActor({ bounds: { withheld: new Set(), since } });
        const page = await gateway.read<{ audits: { nodes: Edge['node'][] } }>(narrowed, query, {
          after: cursor(after),
          before: cursor(before),
        });
        expect(page.audits.nodes).toEqual(expected.map(({ node }) => node));
      }),
      { numRuns: 60 },
    );
  });

  test('says nothing of the position to who may not see all, not by its length either', async () => {
    const actor = anActor({ scope: 'OWNED_AND_SHARED', userName: 'nobody', userId: 999 });
    const cursors = await FeedCursors.of(contextOf(database.db, actor), Module.AUDITS);
    const made = [1, 99, 12_345_678, 12_345_678].map((position) => cursors.encode({ position, since: null, step: 0 }));
    expect(new Set(made.map(({ length }) => length)).size).toBe(1);
    expect(made[2]).toBe(made[3]);
    for (const cursor of made)
      expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/999|ALL|12345678/);
    expect(cursors.decode(made[2]!)).toEqual({ position: 12_345_678, since: null, step: 0 });
  });

  test('is the same list’s, however the query writes it', async () => {
    const after = await cursorOf('audits by a filter');
    const query = `query ($after: String, $filter: AuditFilter) {
      page: audits(filter: $filter, after: $after, orderBy: { direction: ASC }) { nodes { operation } } }`;
    const filter = { operations: ['b', 'a'], outcomes: null };
    const { page } = await gateway.read<{ page: { nodes: unknown[] } }>(anActor(), query, { after, filter });
    expect(page.nodes).toHaveLength(2);
  });
});

async function fill(db: TestDatabase['db']): Promise<void> {
  const createdAt = '2026-02-01T00:00:00.000Z';
  await recordResources(db, 'test', [{ sourceId: '1', name: 'one', type: 'Linux', createdAt }]);
  await storeUserAccounts(db, 'test', [{ sourceId: '1', userName: 'one', createdAt }]);
  const audit = { occurredAt: createdAt, category: 'USER', outcome: 'SUCCESS', operatedBy: 'one' } as const;
  const operations = ['a', 'a', 'b', 'c', 'c', 'd'];
  await recordAudits(
    db,
    'test',
    operations.map((operation, n) => ({
      ...audit,
      sourceId: `${n}`,
      operation,
      occurredAt: n < 3 ? createdAt : `2026-03-0${Math.ceil(n / 2)}T00:00:00.000Z`,
    })),
  );
}
