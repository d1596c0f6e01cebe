import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { anAudit, aResource, sourceIds } from '../../features/writing/records.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { Browser, makeSignIn } from '../browser.js';
import { refusal, TestServer } from '../test-server.js';
import { modules, readFeed, readLines } from './feed.fixture.js';

/** That of the users of the front door. */
const SOURCE = 'test';

const CONNECT = `mutation ($input: ConnectAnalyticsPlusInput!) {
  connectAnalyticsPlus(input: $input) { modules userErrors { code } } }`;

onEveryEngine('who reads a flat feed', (engine) => {
  let database: TestDatabase;
  let server: TestServer;

  beforeAll(async () => {
    database = await testDatabase(engine);
    server = await TestServer.openForAnn(database.db);
    const { db } = database;
    await recordResources(
      db,
      SOURCE,
      sourceIds(4).map((id) =>
        aResource(id, {
          ownerName: id === '1' ? 'sam' : null,
          department: `department ${id}`,
          accounts: [{ name: 'root' }, { name: 'backup' }],
        }),
      ),
    );
    const audits = sourceIds(4).map((id) => anAudit(id, { resourceSourceId: id, accountName: 'root' }));
    const other = { resourceSourceId: '3', accountName: 'backup', reason: 'not for sam' };
    await recordAudits(db, SOURCE, [...audits, anAudit('5', other)]);
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  async function refused(path: string, headers: Record<string, string>) {
    const { status, headers: answered, text } = await readFeed(server, path, headers);
    return refusal({ status, headers: answered, text, body: JSON.parse(text) });
  }

  test.each(modules)('of $name needs a token or a sign-in, whatever is asked', async ({ name }) => {
    expect(await refused(`${name}.csv?fields=nonsense`, {})).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    const bad = await refused(`${name}.csv?fields=nonsense`, { authtoken: 'pag_bad' });
    expect(bad).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  test.each(modules)('of $name with a sign-in needs the privilege', async ({ name }) => {
    await makeSignIn(server, 'eve', ['ManageEngine Integration']);
    const eve = new Browser(server);
    await eve.signIn('eve');
    const answer = await refused(`${name}.csv`, { cookie: eve.cookie!, 'apollo-require-preflight': '1' });
    expect(answer).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(answer.message).toMatch(/needs the privilege READ_/);
  });

  test('with a sign-in sends a header that no other site can make a browser send', async () => {
    await makeSignIn(server, 'oda', ['Password Auditor'], { accessScope: 'ALL' });
    const oda = new Browser(server);
    await oda.signIn('oda');
    const cookie = { cookie: oda.cookie! };
    expect(await refused('resources.csv', cookie)).toMatchObject({
      status: 400,
      message: expect.stringMatching(/apollo-require-preflight/),
    });
    const answer = await readFeed(server, 'resources.csv', { ...cookie, 'apollo-require-preflight': '1' });
    expect(answer).toMatchObject({ status: 200, text: expect.stringMatching(/resource 4/) });
  });

  test('sees of each module what GraphQL shows, and no more', async () => {
    const grants = [{ level: 'VIEW' as const, resourceSourceId: '3', accountSourceId: 'root' }];
    const token = await server.tokenFor('sam', { accessScope: 'OWNED_AND_SHARED', grants });
    await readLines(server, 'audits.ndjson', token);
    const fields = modules.map(({ field, fields, order }) => `${field}(first: 10${order}) { nodes { ${fields} } }`);
    const query = `{ ${fields.join(' ')} }`;
    const { data } = (await server.post({ query }, { authtoken: token })).body;
    for (const { name, field } of modules) {
      const { nodes } = data![field] as { nodes: object[] };
      expect(nodes.length).toBeGreaterThan(0);
      expect(await readLines(server, `${name}.ndjson`, token)).toEqual(nodes);
    }
    const shown = [
      { name: 'resource 1', department: 'department 1', accountCount: 2 },
      { name: 'resource 3', department: null, accountCount: 1 },
    ];
    expect(await readLines(server, 'resources.ndjson?fields=name,department,accountCount', token)).toEqual(shown);
    const feed = await readLines(server, 'resources.ndjson?after=&fields=id,name,department,accountCount', token);
    expect(feed).toEqual(shown.map((row) => ({ id: expect.any(String), ...row })));
    const audits = await readLines(server, 'audits.ndjson?after=&fields=resourceId,accountName', token);
    expect(audits.flatMap(({ resourceId, accountName }) => (resourceId ? accountName : []))).toEqual(['root', 'root']);
  });

  test('begins the feed anew when more was shared with it', async () => {
    const token = await server.tokenFor('kim', { accessScope: 'OWNED_AND_SHARED' });
    const { cursor } = (await readLines(server, 'audits.ndjson?after=&cursor=1', token)).at(-1)!;
    await recordResources(database.db, SOURCE, [aResource('2', { ownerName: 'kim' })]);
    await expect
      .poll(() => readFeed(server, `audits.ndjson?after=${cursor}`, { authtoken: token }).then(({ text }) => text))
      .toMatch(/RESYNC_REQUIRED/);
  });

  test('with a narrowed token reads the modules and the time that were chosen', async () => {
    const token = await server.tokenFor('ned');
    const since = new Date(Date.now() - 40 * 86_400_000).toISOString();
    await recordAudits(database.db, SOURCE, [anAudit('old', { occurredAt: since, operation: 'old' })]);
    const input = { build: 6_000, hostName: 'analytics.example.com', portNumber: 8443, timeZone: 'UTC' };
    const chosen = { ...input, modules: ['AUDITS'], importPeriod: 'LAST_MONTH' };
    const { body } = await server.post({ query: CONNECT, variables: { input: chosen } }, { authtoken: token });
    expect(body.data).toMatchObject({ connectAnalyticsPlus: { modules: ['AUDITS'], userErrors: [] } });
    expect(await refused('resources.csv', { authtoken: token })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    for (const query of ['', 'after=', 'from=2000-01-01T00:00:00Z']) {
      const rows = await readLines(server, `audits.ndjson?${query}`, token);
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.every(({ occurredAt }) => (occurredAt as string) > since)).toBe(true);
    }
  });

  test('is counted as one who imports', async () => {
    const other = await TestServer.open(database.db);
    const token = await other.tokenFor('ida');
    await readFeed(other, 'resources.csv?limit=3', { authtoken: token });
    const etag = (await readFeed(other, 'user-accounts.csv', { authtoken: token })).headers.get('etag')!;
    const again = await readFeed(other, 'user-accounts.csv', { authtoken: token, 'if-none-match': etag });
    expect(again.status).toBe(304);
    await other.close();
    const rows = await database.db.query<{ module: string; rowCount: number; caughtUp: number }>(
      sql`SELECT m.module, m.row_count AS rowCount, m.caught_up AS caughtUp FROM module_imports m
          JOIN connector_tokens c ON c.id = m.token_id JOIN user_accounts u ON u.id = c.user_id
          WHERE u.user_name = 'ida' ORDER BY m.module`,
    );
    const [{ users }] = (await database.db.query<{ users: number }>(
      sql`SELECT COUNT(*) AS users FROM user_accounts`,
    )) as [{ users: number }];
    expect(rows).toEqual([
      { module: 'RESOURCES', rowCount: 3, caughtUp: 0 },
      { module: 'USER_ACCOUNTS', rowCount: users, caughtUp: 1 },
    ]);
  });
});
