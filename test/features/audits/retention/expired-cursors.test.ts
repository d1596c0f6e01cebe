import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Module } from '../../../../src/database/module.js';
import { Cursors } from '../../../../src/graphql/pages/cursor.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../../helpers/databases.js';
import { anActor, Gateway } from '../../../helpers/gateway.js';
import { TestServer } from '../../../server/test-server.js';
import { audit, daysAgo, remove, startOver, write } from './retention.fixture.js';

interface Feed {
  readonly nodes: readonly { readonly operation: string }[];
  readonly nextCursor: string;
  readonly caughtUp: boolean;
}

interface Variables {
  readonly after?: string;
  readonly first?: number;
  readonly since?: string;
  readonly filter?: object;
}

const QUERY = `query ($after: String, $first: Int! = 1000, $since: DateTime, $filter: AuditFilter) {
  auditFeed(after: $after, first: $first, since: $since, filter: $filter) { nodes { operation } nextCursor caughtUp } }`;

onEveryEngine('the cursor of a feed from which audits were removed', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
  });
  afterAll(() => database.drop());
  beforeEach(() => startOver(database.db));

  const read = async (variables: Variables = {}) =>
    (await gateway.read<{ auditFeed: Feed }>(anActor(), QUERY, { ...variables })).auditFeed;
  const refusal = (variables: Variables) => gateway.refusal(anActor(), QUERY, { ...variables });
  const told = ({ nodes }: Feed) =>
    nodes.map(({ operation }) => operation).filter((operation) => operation !== 'Audits Removed');
  /** What is read until the feed is caught up. */
  const follow = async (variables: Variables) => {
    const names: string[] = [];
    let page = await read(variables);
    names.push(...told(page));
    while (!page.caughtUp) {
      page = await read({ ...variables, after: page.nextCursor });
      names.push(...told(page));
    }
    return { names, cursor: page.nextCursor };
  };

  test('has expired where some were that it had not come to, and says what to do', async () => {
    await write(database.db, audit('a', 1), audit('b', 40), audit('c', 1));
    const { nextCursor } = await read({ first: 1 });
    await remove(database.db);
    const { code, message } = await refusal({ after: nextCursor });
    expect(code).toBe('CURSOR_EXPIRED');
    expect(message).toMatch(
      /were removed before it came to them, those that occurred before .*: begin anew without `after`/,
    );
  });

  test('goes on where it had come to all of them', async () => {
    await write(database.db, audit('a', 40), audit('b', 40), audit('c', 1), audit('d', 1));
    const { nextCursor } = await read({ first: 2 });
    await remove(database.db);
    expect((await follow({ after: nextCursor, first: 1 })).names).toEqual(['c', 'd']);
  });

  test('of a feed that begins now never expires by what was removed before', async () => {
    await write(database.db, audit('a', 40), audit('b', 1), audit('c', 40), audit('d', 1), audit('e', 1));
    await remove(database.db);
    for (const first of [1, 2, 1_000]) {
      expect((await follow({ first })).names).toEqual(['b', 'd', 'e']);
      expect((await follow({ first, since: daysAgo(20) })).names).toEqual(['b', 'd', 'e']);
      expect((await follow({ first, filter: { operatedBy: ['ann'] } })).names).toEqual(['b', 'd', 'e']);
    }
  });

  test('expires each time that it misses something, and not again by the same', async () => {
    await write(database.db, audit('a', 40), audit('b', 1), audit('c', 1));
    await remove(database.db);
    const begun = await read({ first: 2 });
    expect(told(begun)).toEqual(['b']);
    await write(database.db, audit('d', 29), audit('e', 1));
    await remove(database.db, 28);
    expect((await refusal({ after: begun.nextCursor })).code).toBe('CURSOR_EXPIRED');
    expect((await follow({})).names).toEqual(['b', 'c', 'e']);
  });

  test('expires with a filter too', async () => {
    const filter = { operatedBy: ['ann'] };
    await write(database.db, audit('a', 1), audit('b', 40), audit('c', 1));
    const { nextCursor } = await read({ first: 1, filter });
    await remove(database.db);
    expect((await refusal({ after: nextCursor, filter })).code).toBe('CURSOR_EXPIRED');
  });

  test('does not expire where the feed leaves out all that was removed', async () => {
    await write(database.db, audit('a', 1), audit('b', 40), audit('c', 1));
    const { nextCursor } = await read({ first: 1, since: daysAgo(20) });
    await remove(database.db);
    expect((await follow({ after: nextCursor })).names).toEqual(['c']);
  });

  test('remembers of each removal how far it went, whatever comes after it', async () => {
    await write(database.db, audit('a', 1), audit('b', 25), audit('c', 1), audit('d', 40), audit('e', 1));
    const { nextCursor } = await read({ first: 1, since: daysAgo(29) });
    await remove(database.db, 20);
    await write(database.db);
    await remove(database.db, 30);
    expect((await refusal({ after: nextCursor })).code).toBe('CURSOR_EXPIRED');
  });

  test('that was given out before there were removals goes on until it misses something', async () => {
    await write(database.db, audit('a', 40), audit('b', 1), audit('c', 40), audit('d', 1));
    const cursors = await Cursors.of(database.db, { feed: Module.AUDITS, filter: {} });
    const [behindA, behindC] = [1, 3].map((position) => cursors.encode(position, null, 'ALL', null, 0, ''));
    expect((await follow({ after: behindA! })).names).toEqual(['b', 'c', 'd']);
    await remove(database.db);
    expect((await refusal({ after: behindA! })).code).toBe('CURSOR_EXPIRED');
    expect((await follow({ after: behindC! })).names).toEqual(['d']);
  });

  test('expires in a flat feed as well', async () => {
    const server = await TestServer.openForAnn(database.db);
    const get = (path: string) => fetch(`${server.url}/feeds/audits.${path}`, { headers: { authtoken: server.token } });
    const linesOf = async (path: string) =>
      (await (await get(path)).text()).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    await write(database.db, audit('a', 1), audit('b', 40), audit('c', 1));
    const begun = await linesOf('ndjson?after=&cursor=1&limit=1&fields=operation');
    await remove(database.db);
    const refused = await get(`csv?after=${begun[0]._cursor}`);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'CURSOR_EXPIRED' } }] });
    const restarted = await linesOf('ndjson?after=&cursor=1&fields=operation');
    expect(restarted.map(({ operation }) => operation)).toEqual(expect.arrayContaining(['a', 'c']));
    expect(await linesOf(`ndjson?after=${restarted.at(-1).cursor}&fields=operation`)).toEqual([]);
    await server.close();
  });
});
