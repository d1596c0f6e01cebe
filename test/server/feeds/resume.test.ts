import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { deleteResources, recordResources } from '../../../src/features/resources/resource.service.js';
import { anAudit, aResource, aUser, SOURCE, sourceIds } from '../../features/writing/records.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { refusal, TestServer } from '../test-server.js';
import { csvRows, type FlatRow, readFeed, readLines } from './feed.fixture.js';

const COUNT = 40;
/** Few times, so that rows tie. */
const time = (n: number) => `2026-03-01T00:00:00.00${n % 5}Z`;

onEveryEngine('a flat feed that broke', (engine) => {
  let database: TestDatabase;
  let server: TestServer;
  let shared: string;

  beforeAll(async () => {
    database = await testDatabase(engine);
    server = await TestServer.openForAnn(database.db);
    await server.link(SOURCE);
    const { db } = database;
    const ids = sourceIds(COUNT);
    await recordResources(
      db,
      SOURCE,
      ids.map((id, n) => aResource(id, { modifiedAt: time(n), ownerName: n % 2 ? 'sam' : null })),
    );
    await storeUserAccounts(
      db,
      SOURCE,
      ids.map((id, n) => aUser(id, { modifiedAt: time(n) })),
    );
    await recordAudits(
      db,
      SOURCE,
      ids.map((id, n) => anAudit(id, { occurredAt: time(n), resourceSourceId: id })),
    );
    await deleteResources(db, SOURCE, ['3', '4', '39', '40']);
    shared = await server.tokenFor('sam', { accessScope: 'OWNED_AND_SHARED' });
    // The first use of a token is among the audits.
    for (const token of [server.token, shared]) await readLines(server, 'audits.ndjson', token);
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  const range = 'from=2026-03-01T00:00:00Z&to=2026-03-01T00:00:00.004Z';
  const reads = ['resources', 'user-accounts', 'audits'].flatMap((name) =>
    ['', 'after=', range].map((query) => [`${name}.ndjson?cursor=1&${query}`]),
  );
  const goOn = (path: string, cursor: unknown) => `${path.replace(/&after=$/, '')}&after=${cursor}`;

  test.each(reads)('is taken up behind any row with exactly the rest: %s', async (path) => {
    for (const token of [server.token, shared]) {
      const whole = await readLines(server, path, token);
      const end = whole.at(-1)!;
      const rows = whole.slice(0, -1);
      expect(end).toMatchObject({ _end: true, count: rows.length });
      for (const [at, { _cursor }] of rows.entries()) {
        const rest = await readLines(server, goOn(path, _cursor), token);
        expect(rest.slice(0, -1)).toEqual(rows.slice(at + 1));
        expect(rest.at(-1)).toEqual({ ...end, count: rows.length - at - 1 });
      }
    }
  });

  test('is the same rows in whatever parts it is read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...reads.flat()),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (path, sizes, isAll) => {
          const token = isAll ? server.token : shared;
          const whole = await readLines(server, path, token);
          const rows: FlatRow[] = [];
          let next = path;
          for (let part = 0; ; part++) {
            const lines = await readLines(server, `${next}&limit=${sizes[part % sizes.length]}`, token);
            const { count, cursor } = lines.pop()!;
            rows.push(...lines);
            if (count === 0) break;
            next = goOn(path, cursor);
          }
          expect(rows).toEqual(whole.slice(0, -1));
        },
      ),
      { numRuns: 30 },
    );
  });

  test('goes on in another format, with other fields', async () => {
    const [first] = await readLines(server, `audits.ndjson?cursor=1&${range}&limit=1`);
    const rest = csvRows(
      (await readFeed(server, `audits.csv?fields=id&cursor=1&${range}&after=${first!._cursor}`)).text,
    );
    const whole = await readLines(server, `audits.ndjson?fields=id&cursor=1&${range}`);
    expect(rest).toEqual(whole.slice(1, -1));
  });

  test('goes on from where GraphQL stood, and GraphQL from where it stood', async () => {
    const ask = async (after: string) => {
      const query = `{ auditFeed(first: 7${after}) { nodes { id } nextCursor } }`;
      return (await server.post({ query }, { authtoken: server.token })).body.data!.auditFeed as {
        nodes: FlatRow[];
        nextCursor: string;
      };
    };
    const { nextCursor } = await ask('');
    const lines = await readLines(server, `audits.ndjson?fields=id&cursor=1&after=${nextCursor}&limit=3`);
    const { nodes } = await ask(`, after: "${lines.at(-1)!.cursor}"`);
    const whole = await readLines(server, 'audits.ndjson?fields=id&after=');
    expect([...lines.slice(0, -1).map(({ id }) => id), ...nodes.map(({ id }) => id)]).toEqual(
      whole.slice(7, 17).map(({ id }) => id),
    );
  });

  test('has nothing behind its end until something is written, then that alone', async () => {
    const { cursor } = (await readLines(server, 'resources.ndjson?cursor=1&after=')).at(-1)!;
    expect(await readLines(server, `resources.ndjson?after=${cursor}`)).toEqual([]);
    await recordResources(database.db, SOURCE, [aResource('new')]);
    expect(await readLines(server, `resources.ndjson?after=${cursor}`)).toMatchObject([{ name: 'resource new' }]);
  });

  test.each([
    ['a range that it was not made for', (list: string) => `audits.csv?from=2026-01-01T00:00:00Z&after=${list}`],
    ['a feed of another module', (_: string, feed: string) => `resources.csv?after=${feed}`],
    ['a damaged one', (list: string) => `audits.csv?${range}&after=${list.slice(0, -3)}`],
    ['one of a feed where a range is read', (_: string, feed: string) => `audits.csv?${range}&after=${feed}`],
  ])('is not taken up by a cursor of %s', async (_, path) => {
    const list = (await readLines(server, `audits.ndjson?${range}&cursor=1`))[0]!._cursor!;
    const feed = (await readLines(server, 'audits.ndjson?after=&cursor=1'))[0]!._cursor!;
    const { status, text } = await readFeed(server, path(list, feed));
    expect(refusal({ status, headers: new Headers(), text, body: JSON.parse(text) })).toMatchObject({
      status: 400,
      code: 'BAD_CURSOR',
    });
  });
});
