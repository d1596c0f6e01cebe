import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, connectorFor, Gateway } from '../../helpers/gateway.js';
import { empty } from '../list-laws.js';
import { FeedReader } from './feed-reader.js';
import { resourceFields, step, World } from './world.js';

onEveryEngine('an actor of scope OWNED_AND_SHARED', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
  });
  afterAll(() => database.drop());

  const inWorlds = (steps: number, law: (world: World) => Promise<void>) =>
    fc.assert(
      fc
        .asyncProperty(fc.array(step, { minLength: 3, maxLength: steps }), async (taken) => {
          const world = await World.begin(database.db);
          for (const one of taken) await world.take(one);
          await law(world);
        })
        .beforeEach(() => empty(database.db)),
      { numRuns: 25 },
    );

  test('sees the resources that it owns or that were shared; of others, what an account that was shared shows', async () => {
    await inWorlds(15, async (world) => {
      for (const user of world.users) {
        const actor = await connectorFor(database.db, user.userName);
        const query = `{ resources { nodes { ${resourceFields} } totalCount } }`;
        const { resources } = await gateway.read<{ resources: object }>(actor, query);
        const seen = world.visibleTo(user);
        expect(resources).toEqual({ nodes: seen, totalCount: seen.length });
      }
    });
  });

  test('sees its own audits, those on the resources that it sees and those on accounts that were shared, by whatever filter', async () => {
    type Answer = Record<'all' | 'few' | 'mine' | 'on', { nodes: { id: string }[]; totalCount: number }>;
    await inWorlds(20, async (world) => {
      const audits = await world.audits(gateway);
      for (const user of world.users) {
        const actor = await connectorFor(database.db, user.userName);
        const page = '{ nodes { id } totalCount }';
        const query = `query ($name: String!) {
          all: audits ${page} few: audits(filter: { operations: ["odd"] }, orderBy: { direction: DESC }) ${page}
          mine: audits(filter: { operatedBy: [$name, "u1"] }) ${page} on: audits(filter: { resourceNames: ["r1", "r2"] }) ${page} }`;
        const answer = await gateway.read<Answer>(actor, query, { name: user.userName });
        const seen = audits.filter((audit) => world.seesAudit(user, audit));
        const expected = {
          all: seen,
          few: seen.filter(({ operation }) => operation === 'odd').reverse(),
          mine: seen.filter(({ operatedBy }) => [user.userName, 'u1'].includes(operatedBy)),
          on: seen.filter(({ resourceName }) => ['r1', 'r2'].includes(resourceName ?? '')),
        };
        for (const [name, rows] of Object.entries(expected)) {
          const nodes = rows.map(({ id }) => ({ id }));
          expect(answer[name as keyof Answer], name).toEqual({ nodes, totalCount: rows.length });
        }
      }
    });
  });

  test('that follows the feeds always holds what it may see, and hears of no tombstone but of what it saw', async () => {
    await fc.assert(
      fc
        .asyncProperty(fc.array(step, { minLength: 3, maxLength: 15 }), async (steps) => {
          const world = await World.begin(database.db);
          const readers = world.users.map((user) => new FeedReader(gateway, user));
          for (const one of steps) {
            await world.take(one);
            for (const reader of readers) await reader.follow(world);
          }
        })
        .beforeEach(() => empty(database.db)),
      { numRuns: 20 },
    );
  });

  test('sees itself alone among the users, and another neither by id nor as owner or operator', async () => {
    await empty(database.db);
    const world = await World.begin(database.db);
    await world.take({ kind: 'own', resource: 0, owner: 1 });
    await world.take({ kind: 'grant', user: 0, grants: [{ resource: 0, account: null }] });
    await world.take({ kind: 'audit', by: 1, resource: 0, account: null });
    const [me, other] = [await connectorFor(database.db, 'u0'), await connectorFor(database.db, 'u1')];
    const query = `query ($other: ID!) { userAccounts { nodes { userName } totalCount } userAccount(id: $other) { id }
      userAccountFeed { changes { node { userName } } } resources { nodes { ownerName owner { id } } }
      audits { nodes { operatedBy operator { id } } } }`;
    expect(await gateway.read(me, query, { other: `${other.userId}` })).toEqual({
      userAccounts: { nodes: [{ userName: 'u0' }], totalCount: 1 },
      userAccount: null,
      userAccountFeed: { changes: [{ node: { userName: 'u0' } }] },
      resources: { nodes: [{ ownerName: 'u1', owner: null }] },
      audits: { nodes: [{ operatedBy: 'u1', operator: null }] },
    });
  });

  test('reads a resource or an audit by its id only where it sees it', async () => {
    await empty(database.db);
    const world = await World.begin(database.db);
    await world.take({ kind: 'own', resource: 0, owner: 1 });
    await world.take({ kind: 'audit', by: 1, resource: 0, account: null });
    const ids = '{ resources { nodes { id } } audits { nodes { id } } }';
    type Ids = Record<'resources' | 'audits', { nodes: { id: string }[] }>;
    const { resources, audits } = await gateway.read<Ids>(await connectorFor(database.db, 'u1'), ids);
    const query = `{ resource(id: "${resources.nodes[0]!.id}") { name } audit(id: "${audits.nodes[0]!.id}") { operatedBy } }`;
    const seen = { resource: { name: 'r0' }, audit: { operatedBy: 'u1' } };
    expect(await gateway.read(await connectorFor(database.db, 'u1'), query)).toEqual(seen);
    const unseen = { resource: null, audit: null };
    expect(await gateway.read(await connectorFor(database.db, 'u0'), query)).toEqual(unseen);
  });

  test.each(['resourceFeed', 'auditFeed', 'userAccountFeed'])(
    'has to begin %s anew after a new grant, after a new ownership, and as another user',
    async (feed) => {
      await empty(database.db);
      const world = await World.begin(database.db);
      const query = `query ($after: String) { ${feed}(after: $after) { nextCursor } }`;
      const cursorOf = async (userName: string) => {
        const actor = await connectorFor(database.db, userName);
        return (await gateway.read<Record<string, { nextCursor: string }>>(actor, query))[feed]!.nextCursor;
      };
      const refused = async (userName: string, after: string) =>
        (await gateway.refusal(await connectorFor(database.db, userName), query, { after })).code;

      const first = await cursorOf('u0');
      expect(await refused('u1', first)).toBe('RESYNC_REQUIRED');
      await world.take({ kind: 'grant', user: 0, grants: [{ resource: 2, account: 'a' }] });
      expect(await refused('u0', first)).toBe('RESYNC_REQUIRED');
      const second = await cursorOf('u0');
      await world.take({ kind: 'own', resource: 3, owner: 0 });
      expect(await refused('u0', second)).toBe('RESYNC_REQUIRED');
      expect((await gateway.refusal(anActor(), query, { after: second })).code).toBe('RESYNC_REQUIRED');
    },
  );
});
