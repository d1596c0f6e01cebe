import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseId } from '../../../src/database/database-id.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';

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

  test.each([
    [
      'resources by name',
      ['["x"]', '["x",null]', '["x",{"id":1}]', '[{"t.id":1},1]', '[["a","b"],1]', '[true,1]', '[1,1]'],
    ],
    [
      'the feed of audits',
      ['[]', '["1",null,"ALL",null]', '[-1,null,"ALL"]', '[1e400,null,"ALL"]', '[1,{},"ALL"]', '{}', 'null', ''],
    ],
  ] as const)('that somebody made of one of %s, with other values, is refused', async (name, values) => {
    const text = Buffer.from(await cursorOf(name), 'base64url').toString();
    const seed = crc32(await databaseId(database.db));
    const forged = (value: string) => {
      const payload = text.slice(8, 17) + value;
      return Buffer.from(crc32(payload, seed).toString(16).padStart(8, '0') + payload).toString('base64url');
    };
    expect(forged(text.slice(17))).toBe(await cursorOf(name));
    for (const value of values) {
      const refusal = await gateway.refusal(anActor(), queryOf(name), { after: forged(value) });
      expect([value, refusal.code]).toEqual([value, 'BAD_CURSOR']);
    }
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
  const operations = ['a', 'a', 'b'];
  await recordAudits(
    db,
    'test',
    operations.map((operation, n) => ({ ...audit, sourceId: `${n}`, operation })),
  );
}
