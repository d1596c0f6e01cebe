import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { aResource, aUser, SOURCE } from '../../features/writing/records.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, connectorFor, Gateway } from '../../helpers/gateway.js';

/** Positions that a page of a feed passes over at most. */
const WINDOW = 100_000;

onEveryEngine('the work of a page', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
    await storeUserAccounts(database.db, SOURCE, [aUser('ann', { userName: 'ann' })]);
    const description = `${'-'.repeat(1_900)} near ${'-'.repeat(1_000)} far`;
    await recordResources(database.db, SOURCE, [
      aResource('1', { ownerName: 'ann', description }),
      aResource('2', { ownerName: 'ann' }),
      aResource('3', { ownerName: 'bob' }),
      aResource('4', { ownerName: 'ann' }),
    ]);
  });
  afterAll(() => database.drop());

  const search = (list: string, text: string) =>
    gateway.ask<Record<string, { totalCount: number }>>(
      anActor(),
      `query ($text: String!) { ${list}(filter: { search: $text }) { totalCount nodes { id } } }`,
      { text },
    );

  test.each(['resources', 'userAccounts'])(
    'of %s is bounded by the length of a search: 100 characters',
    async (list) => {
      expect(await search(list, 'é'.repeat(100))).toMatchObject({ errors: [], data: { [list]: { totalCount: 0 } } });
      expect((await search(list, 'é'.repeat(101))).errors).toMatchObject([
        {
          message: 'filter.search has 101 characters: at most 100 are taken; search for a part of it',
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ]);
    },
  );

  test('is bounded by what a search looks through: 2,000 characters', async () => {
    const found = async (text: string) => (await search('resources', text)).data!.resources!.totalCount;
    expect([await found('NEAR'), await found('far')]).toEqual([1, 0]);
    // As a database has it that was filled before there was a bound.
    await database.db.execute(
      sql`UPDATE resources SET search_text = ${`${'x'.repeat(1_996)}edge and far`} WHERE source_id = '2'`,
    );
    expect([await found('edge'), await found('edge ')]).toEqual([1, 0]);
  });

  test('of a change feed is bounded by the positions that it passes over, and the feed loses nothing', async () => {
    for (const [sourceId, position] of [
      ['1', 10],
      ['2', WINDOW + 5],
      ['3', WINDOW + 6],
      ['4', 4 * WINDOW],
    ] as const) {
      await database.db.execute(sql`UPDATE resources SET position = ${position} WHERE source_id = ${sourceId}`);
    }
    await database.db.execute(sql`UPDATE positions SET position = ${4 * WINDOW + 7} WHERE module = 'RESOURCES'`);
    const ann = await connectorFor(database.db, 'ann');
    const query = `query ($after: String) { resourceFeed(first: 100, after: $after) {
      changes { node { name } } nextCursor caughtUp hasMore } }`;
    const pages: string[][] = [];
    for (let after: string | null = null; ; ) {
      const { resourceFeed } = (await gateway.read(ann, query, { after })) as {
        resourceFeed: {
          changes: { node: { name: string } }[];
          nextCursor: string;
          caughtUp: boolean;
          hasMore: boolean;
        };
      };
      pages.push(resourceFeed.changes.map(({ node }) => node.name));
      expect(resourceFeed.hasMore).toBe(!resourceFeed.caughtUp);
      after = resourceFeed.nextCursor;
      if (resourceFeed.caughtUp || pages.length > 9) break;
    }
    expect(pages).toEqual([['resource 1'], ['resource 2'], [], ['resource 4'], []]);
  });
});
