import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { anAudit, aResource, aUser, SOURCE, sourceIds } from '../../features/writing/records.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { CountingDatabase } from '../../helpers/gateway.js';
import { refusal, TestServer } from '../test-server.js';
import { readFeed, readLines } from './feed.fixture.js';

onEveryEngine('a flat feed over HTTP', (engine) => {
  let database: TestDatabase;
  let counted: CountingDatabase;
  let server: TestServer;

  beforeAll(async () => {
    database = await testDatabase(engine);
    counted = new CountingDatabase(database.db);
    server = await TestServer.openForAnn(counted);
    await server.link(SOURCE);
    await recordResources(
      database.db,
      SOURCE,
      sourceIds(5).map((id) => aResource(id)),
    );
    await readFeed(server, 'audits.csv');
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  /** As it goes over the wire. */
  async function wire(path: string, headers: Record<string, string> = {}) {
    const request = get(`${server.url}/feeds/${path}`, {
      headers: { authtoken: server.token, ...headers },
      agent: false,
    });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { headers: response.headers, bytes: await buffer(response) };
  }

  test.each([
    ['audits.ndjson', 'application/x-ndjson'],
    ['resources.csv', 'text/csv; charset=utf-8; header=present'],
    ['user-accounts.json', 'application/json; charset=utf-8'],
  ])('%s says what it is', async (path, type) => {
    const { headers } = await wire(path);
    expect(headers).toMatchObject({
      'content-type': type,
      'content-disposition': `attachment; filename="${path}"`,
      'cache-control': 'private, no-cache',
      vary: 'Accept-Encoding',
      'x-request-id': expect.any(String),
    });
  });

  /** The first line of an answer over HTTP/1.0, and all of it. */
  async function oldWire(path: string, header = 'Accept: */*'): Promise<string> {
    return server.raw(`GET /feeds/${path} HTTP/1.0\r\nHost: x\r\nAUTHTOKEN: ${server.token}\r\n${header}\r\n\r\n`);
  }

  test.each(['resources.csv', 'audits.csv?cursor=1', 'user-accounts.ndjson'])(
    'an answer whose end HTTP/1.0 cannot show is refused: %s',
    async (path) => {
      const answer = await oldWire(path);
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).toContain('proxy_http_version 1.1');
    },
  );

  test('an answer that shows its own end is sent over HTTP/1.0', async () => {
    expect(await oldWire('resources.json')).toMatch(/^HTTP\/1.1 200 [\s\S]*"count":5\}\n$/);
    expect(await oldWire('resources.ndjson?cursor=1')).toMatch(/^HTTP\/1.1 200 [\s\S]*"_end":true/);
    expect(await oldWire('resources.csv', 'Accept-Encoding: gzip')).toMatch(/^HTTP\/1.1 200 /);
  });

  test.each(['gzip', 'br, GZIP;q=0.5', '*'])('is compressed for a client that takes %s', async (accepted) => {
    const [plain, packed] = [await wire('resources.csv'), await wire('resources.csv', { 'accept-encoding': accepted })];
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.bytes).toString()).toBe(plain.bytes.toString());
    expect(packed.headers.etag).not.toBe(plain.headers.etag);
  });

  test.each(['', 'br', 'gzip;q=0', 'gzip;q=0, *', 'identity'])('is not compressed for "%s"', async (accepted) => {
    const { headers, bytes } = await wire('resources.csv', { 'accept-encoding': accepted });
    expect(headers['content-encoding']).toBeUndefined();
    expect(bytes.toString()).toMatch(/^id,name/);
  });

  test('answers HEAD with the headers alone, and reads no row', async () => {
    const whole = await readFeed(server, 'resources.csv');
    counted.statements.length = 0;
    const head = await readFeed(server, 'resources.csv', undefined, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
    for (const name of ['etag', 'content-type', 'content-encoding', 'x-row-count', 'vary']) {
      expect(head.headers.get(name)).toBe(whole.headers.get(name));
    }
    expect(counted.statements.filter(({ sql }) => /FROM resources/.test(sql))).toEqual([]);
  });

  test('says how many rows come where that is known', async () => {
    const rowCount = async (query: string) =>
      (await readFeed(server, `resources.csv?${query}`)).headers.get('x-row-count');
    expect(await rowCount('')).toBe('5');
    expect(await rowCount('limit=2')).toBe('2');
    expect(await rowCount('from=2000-01-01T00:00:00Z')).toBeNull();
    expect(await rowCount('after=')).toBeNull();
    const token = await server.tokenFor('sam', { accessScope: 'OWNED_AND_SHARED' });
    expect((await readFeed(server, 'resources.csv', { authtoken: token })).headers.get('x-row-count')).toBeNull();
  });

  test.each(['resources.csv', 'resources.ndjson?after=', 'audits.json?from=2000-01-01T00:00:00Z'])(
    'is not sent again to a client that has it, until something is written: %s',
    async (path) => {
      const first = await readFeed(server, path);
      const etag = first.headers.get('etag')!;
      const conditional = { authtoken: server.token, 'if-none-match': `"other", W/${etag}` };
      expect(await readFeed(server, path, conditional)).toMatchObject({ status: 304, text: '' });
      await recordResources(database.db, SOURCE, [aResource(`for ${path}`)]);
      await recordAudits(database.db, SOURCE, [anAudit(`for ${path}`)]);
      const next = await readFeed(server, path, conditional);
      expect(next.status).toBe(200);
      expect(next.text.length).toBeGreaterThan(first.text.length);
    },
  );

  test('is another answer for another who asks, and for another question', async () => {
    await storeUserAccounts(database.db, SOURCE, [aUser('1')]);
    const etag = (await readFeed(server, 'user-accounts.csv')).headers.get('etag')!;
    const token = await server.tokenFor('kim', { accessScope: 'OWNED_AND_SHARED' });
    const asked: [string, string][] = [
      ['user-accounts.csv', token],
      ['user-accounts.json', server.token],
      ['user-accounts.csv?cursor=1', server.token],
      ['user-accounts.csv?fields=id', server.token],
    ];
    for (const [path, authtoken] of asked) {
      expect((await readFeed(server, path, { authtoken, 'if-none-match': etag })).status).toBe(200);
    }
  });

  test('of audits is another answer when a resource is taken from who asks', async () => {
    const token = await server.tokenFor('pat', { accessScope: 'OWNED_AND_SHARED' });
    await recordResources(database.db, SOURCE, [aResource('pats', { ownerName: 'pat' })]);
    await recordAudits(database.db, SOURCE, [anAudit('pats', { resourceSourceId: 'pats' })]);
    await readLines(server, 'audits.ndjson', token);
    const seen = await readFeed(server, 'audits.ndjson', { authtoken: token });
    await recordResources(database.db, SOURCE, [aResource('pats', { ownerName: null })]);
    const conditional = { authtoken: token, 'if-none-match': seen.headers.get('etag')! };
    const after = await readFeed(server, 'audits.ndjson', conditional);
    expect(after.status).toBe(200);
    expect(after.text.length).toBeLessThan(seen.text.length);
  });

  test.each([
    ['audits.csv?form=2026-01-01T00:00:00Z', /"form" is not a parameter .* from, to, after/],
    ['audits.csv?limit=1&limit=2', /limit is given 2 times/],
    ['audits.csv?fields=id,nmae', /fields: "nmae" is not a field here; those are id,occurredAt/],
    ['audits.csv?fields=', /fields: "" is not a field/],
    ['audits.csv?fields=id,id', /fields: id is named twice/],
    ['audits.csv?fields=resource', /"resource" is not a field here/],
    ['user-accounts.csv?fields=roles', /"roles" is not a field here/],
    ['audits.csv?fields=operatorNameId', /"operatorNameId" is not a field here/],
    ['audits.csv?limit=0', /limit: "0": write a whole number from 1/],
    ['audits.csv?limit=-1', /limit: "-1": write a whole number/],
    ['audits.csv?limit=1e3', /limit: "1e3": write a whole number/],
    ['audits.csv?limit=99999999999', /limit: .* write a whole number/],
    ['audits.csv?cursor=yes', /cursor: "yes": write 1 or 0/],
    ['audits.json?safe=1', /safe is for csv/],
    ['audits.csv?from=2026-01-01', /from: "2026-01-01" is a date without a time: write 2026-01-01T00:00:00Z/],
    ['audits.csv?to=2026-01-01T00:00:00', /to: .* has no offset/],
    ['audits.csv?to=2026-01-01T00:00:00+02:00', /to: .* write the \+ of an offset as %2B/],
    ['audits.csv?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', /from \(.*\) is after to \(.*\): exchange them/],
    ['audits.csv?after=&from=2026-01-01T00:00:00Z', /after: empty begins the feed, which has no range/],
    ['resources.csv?after=&fields=name', /fields: add id/],
    ['audits.csv?__proto__=1', /is not a parameter/],
  ])('refuses %s, and says what to write', async (path, message) => {
    const { status, headers, text } = await readFeed(server, path);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(refusal({ status, headers, text, body: JSON.parse(text) })).toEqual({
      status: 400,
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(message),
    });
  });

  test('answers GET and HEAD alone, by the names that it has', async () => {
    expect((await readFeed(server, 'audits.csv', undefined, { method: 'POST' })).status).toBe(405);
    for (const path of ['audits.xml', 'audits', 'users.csv', '']) {
      expect(await readFeed(server, path)).toMatchObject({ status: 404, text: expect.stringMatching(/NOT_FOUND/) });
    }
  });
});
