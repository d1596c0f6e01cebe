import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { dropUserAccounts, storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { deleteResources, recordResources } from '../../../src/features/resources/resource.service.js';
import { anAudit, aResource, aUser, SOURCE } from '../../features/writing/records.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { TestServer } from '../test-server.js';
import { csvRows, graphqlRows, linesOf, modules, readFeed, readLines } from './feed.fixture.js';

const hostile = [
  'plain',
  '',
  ' ',
  'a,b',
  'say "this"',
  '"',
  'two\nlines',
  'two\r\nlines',
  '\r',
  '\u0001\u001f\u007f\b\f\t\v',
  'back\\slash \\n \\u0041',
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  '＝1+1',
  '＋1',
  '－1',
  '＠SUM(A1)',
  '＞1',
  '😀 ‮ \u2028 \u2029 é',
  "it's 'quoted'",
  '</script>',
];

onEveryEngine('a flat feed', (engine) => {
  let database: TestDatabase;
  let server: TestServer;

  beforeAll(async () => {
    database = await testDatabase(engine);
    server = await TestServer.openForAnn(database.db);
    const modifiedAt = (n: number) => `2026-03-01T08:30:00.${String(n).padStart(3, '0')}Z`;
    await recordAudits(
      database.db,
      SOURCE,
      hostile.map((text, n) =>
        anAudit(`${n}`, { operation: `x${text}`, reason: text, ticketId: n % 2 ? text : null, resourceName: text }),
      ),
    );
    await recordResources(
      database.db,
      SOURCE,
      hostile.map((text, n) => aResource(`${n}`, { description: text, location: text, modifiedAt: modifiedAt(n) })),
    );
    await storeUserAccounts(
      database.db,
      SOURCE,
      hostile.map((text, n) => aUser(`${n}`, { firstName: text, department: text, modifiedAt: modifiedAt(n) })),
    );
    // The first use of a token is among the audits.
    await readFeed(server, 'audits.csv');
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  describe.each(modules)('of $name', (module) => {
    const { name, fields } = module;

    test('has in NDJSON, to the byte, what GraphQL has', async () => {
      const { text } = await readFeed(server, `${name}.ndjson`);
      const rows = await graphqlRows(server, module);
      expect(rows.length).toBeGreaterThanOrEqual(hostile.length);
      expect(text).toBe(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    });

    test('has the same rows in JSON, and their count at the end', async () => {
      const { text } = await readFeed(server, `${name}.json`);
      const rows = await graphqlRows(server, module);
      expect(JSON.parse(text)).toEqual({ rows, count: rows.length });
    });

    test('has the same cells in CSV, by the columns of the schema, null told from empty', async () => {
      const { text } = await readFeed(server, `${name}.csv`);
      expect(text.split('\r\n')[0]).toBe(fields.replaceAll(' ', ','));
      const cells = (row: object) =>
        Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === null ? null : String(value)]));
      expect(csvRows(text)).toEqual((await graphqlRows(server, module)).map(cells));
    });

    test('has the fields that are asked for, in that order', async () => {
      const [last, first] = [fields.split(' ').at(-1)!, 'id'];
      const { text } = await readFeed(server, `${name}.ndjson?fields=${last},${first}&limit=1`);
      expect(Object.keys(JSON.parse(text))).toEqual([last, first]);
      expect((await readFeed(server, `${name}.csv?fields=${last},${first}&limit=1`)).text).toMatch(`${last},id\r\n`);
    });

    test('begins the feed where `after` is empty, and has the same rows there', async () => {
      const rows = await graphqlRows(server, module);
      const byId = (a: object, b: object) => Number((a as { id: string }).id) - Number((b as { id: string }).id);
      expect((await readLines(server, `${name}.ndjson?after=`)).sort(byId)).toEqual(rows.sort(byId));
    });
  });

  test('writes text as it is, and disarms formulas only where that is asked for', async () => {
    const reasons = async (query: string) =>
      csvRows((await readFeed(server, `audits.csv?to=2026-03-02T00:00:00Z&fields=reason${query}`)).text).map(
        ({ reason }) => reason,
      );
    expect(await reasons('')).toEqual(hostile);
    expect(await reasons('&safe=1')).toEqual(
      hostile.map((text) => (/^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text)),
    );
  });

  test('tells in each format what was deleted', async () => {
    await recordResources(database.db, 'other', [aResource('gone'), aResource('here')]);
    const before = (await readLines(server, 'resources.ndjson?after=&cursor=1')).at(-4)!._cursor;
    const [gone, here] = await readLines(server, `resources.ndjson?after=${before}`);
    await deleteResources(database.db, 'other', ['gone']);
    const after = `after=${before}&fields=name,id`;
    const rest = [
      { name: here!.name, id: here!.id },
      { _deleted: true, id: gone!.id },
    ];
    expect(await readLines(server, `resources.ndjson?${after}`)).toEqual(rest);
    expect(JSON.parse((await readFeed(server, `resources.json?${after}`)).text).rows).toEqual(rest);
    expect((await readFeed(server, `resources.csv?${after}`)).text).toBe(
      `name,id,_deleted\r\n"${here!.name}",${here!.id},false\r\n,${gone!.id},true\r\n`,
    );
  });

  test('of user accounts tells deletions too', async () => {
    await storeUserAccounts(database.db, 'other', [aUser('gone')]);
    await dropUserAccounts(database.db, 'other', ['gone']);
    expect((await readLines(server, 'user-accounts.ndjson?after=')).at(-1)).toEqual({
      _deleted: true,
      id: expect.any(String),
    });
  });

  test('of nothing is whole in each format', async () => {
    const nothing = 'from=2000-01-01T00:00:00Z&to=2000-01-01T00:00:00Z';
    expect((await readFeed(server, `audits.ndjson?${nothing}`)).text).toBe('');
    expect(linesOf((await readFeed(server, `audits.ndjson?${nothing}&cursor=1`)).text)).toEqual([
      { _end: true, count: 0, cursor: null },
    ]);
    expect(JSON.parse((await readFeed(server, `audits.json?${nothing}`)).text)).toEqual({ rows: [], count: 0 });
    expect((await readFeed(server, `audits.csv?${nothing}&fields=id`)).text).toBe('id\r\n');
  });
});
