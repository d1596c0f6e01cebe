import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.js';
import { revokeConnectorToken } from '../../src/features/integration/connector-token.service.js';
import { dropUserAccounts, storeUserAccounts } from '../../src/features/resources/access-grant.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { CountingDatabase } from '../helpers/gateway.js';
import { refusal, TestServer, VIEWER } from './test-server.js';

onEveryEngine('who asks', (engine) => {
  let database: TestDatabase;
  let counted: CountingDatabase;
  let server: TestServer;

  beforeAll(async () => {
    database = await testDatabase(engine);
    counted = new CountingDatabase(database.db);
    server = await TestServer.openForAnn(counted);
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  const ask = (headers: Record<string, string>) => server.post({ query: VIEWER }, headers);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const raw = (...headers: string[]) =>
    server.raw(
      ['GET /graphql?query={viewer{userName}} HTTP/1.1', 'Host: x', 'Connection: close', ...headers, '', ''].join(
        '\r\n',
      ),
    );

  test.each(['Authorization: Bearer', 'AUTHORIZATION: bearer', 'authorization: BEARER', 'AUTHTOKEN:', 'AuthToken:'])(
    'a token is taken from the header %s',
    async (start) => {
      expect(await raw(`${start} ${server.token}`)).toContain('{"data":{"viewer":{"userName":"ann"}}');
    },
  );

  test('the same token in both headers is one token', async () => {
    const both = { ...bearer(server.token), authtoken: server.token };
    expect((await ask(both)).body.data?.viewer?.userName).toBe('ann');
  });

  test('a request without a token has no viewer', async () => {
    expect((await ask({})).body).toEqual({ data: { viewer: null } });
  });

  test('a field that needs somebody says so, with how to authenticate', async () => {
    const answer = await server.post({ query: '{ audits { nodes { id } } }' });
    expect(refusal(answer)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(refusal(answer).message).toMatch(/audits needs an auth token/);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test.each([
    ['another scheme', { authorization: 'Basic YW5uOnNlY3JldA==' }, /must read: Bearer, a space and the auth token/],
    ['a scheme alone', { authorization: 'Bearer' }, /must read: Bearer, a space and the auth token/],
    ['two words', { authorization: 'Bearer one two' }, /must read: Bearer, a space and the auth token/],
    ['an empty Authorization', { authorization: '' }, /must read: Bearer, a space and the auth token/],
    ['an empty AUTHTOKEN', { authtoken: '' }, /AUTHTOKEN header is empty/],
    ['a token of another kind', bearer('ghp_16C7e42F292c6912E7710c838347Ae178B4a'), /begins with pag_/],
    ['half a token', bearer('pag_0123456789'), /may have been cut/],
  ])('%s is refused with what to do', async (_, headers, message) => {
    const answer = await ask(headers as Record<string, string>);
    expect(refusal(answer)).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(message),
    });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test.each([
    ['in both headers', (a: string) => [`Authorization: Bearer ${a}`, 'AUTHTOKEN: other']],
    ['in two Authorization headers', (a: string) => [`Authorization: Bearer ${a}`, 'Authorization: Bearer other']],
    ['in two AUTHTOKEN headers', (a: string) => [`AUTHTOKEN: ${a}`, 'AUTHTOKEN: other']],
  ])('two different tokens %s are refused, though one is good', async (_, headers) => {
    const answer = await raw(...headers(server.token));
    expect(answer).toMatch(/^HTTP\/1.1 401 .*more than one token: send one/s);
    expect(answer).not.toContain(server.token);
  });

  test('a mistyped token is refused without asking the database', async () => {
    const end = server.token.at(-1) === 'a' ? 'b' : 'a';
    const before = counted.statements.length;
    const { message, status } = refusal(await ask(bearer(server.token.slice(0, -1) + end)));
    expect([status, message]).toEqual([401, expect.stringContaining('a character was mistyped')]);
    expect(counted.statements.length).toBe(before);
  });

  test('a token that was never generated here is refused', async () => {
    const foreign = await testDatabase('sqlite');
    const stranger = await TestServer.openForAnn(foreign.db);
    expect(refusal(await ask(bearer(stranger.token))).message).toMatch(/not known here/);
    await stranger.close();
    await foreign.drop();
  });

  test('a bad token is refused before a broken body is looked at, and is not repeated', async () => {
    const answer = await server.post('{broken', bearer('pag_wrong'));
    expect(refusal(answer).code).toBe('UNAUTHENTICATED');
    expect(answer.text).not.toContain('pag_wrong');
  });

  test('a revoked token is dead within a second, on a second process too', async () => {
    const token = await server.tokenFor('bob');
    expect((await ask(bearer(token))).status).toBe(200);
    const elsewhere = await openDatabase(database.url);
    expect(await revokeConnectorToken(elsewhere, token)).toBe(true);
    await elsewhere.close();
    await sleep(1_000);
    expect(refusal(await ask(bearer(token))).message).toMatch(/was revoked: generate a new one/);
  });

  test.each([
    ['LOCKED', { status: 'LOCKED' } as const, /is LOCKED/],
    ['DISABLED', { status: 'DISABLED' } as const, /is DISABLED/],
    ['expired', { expiresAt: '2020-02-29T00:00:00.000Z' }, /expired at 2020-02-29T00:00:00.000Z/],
  ])('the token of a user account that is %s is refused', async (name, but, message) => {
    const token = await server.tokenFor(`user-${name}`);
    await storeUserAccounts(server.db, 'test', [{ sourceId: `user-${name}`, userName: `user-${name}`, ...but }]);
    expect(refusal(await ask(bearer(token)))).toMatchObject({ status: 401, message: expect.stringMatching(message) });
  });

  test('an account that expires later still counts', async () => {
    const token = await server.tokenFor('temp', { expiresAt: '2100-01-01T00:00:00.000Z' });
    expect((await ask(bearer(token))).body.data?.viewer?.userName).toBe('temp');
  });

  test('the token of a user account that was deleted is refused', async () => {
    const token = await server.tokenFor('gone');
    await dropUserAccounts(server.db, 'test', ['gone']);
    expect(refusal(await ask(bearer(token)))).toMatchObject({
      status: 401,
      message: expect.stringMatching(/was deleted/),
    });
  });

  test('the database has the hash of a token, and nowhere the token', async () => {
    const rows = await server.db.query<Record<string, unknown>>(sql`SELECT * FROM connector_tokens`);
    expect(rows.some(({ hash }) => /^[0-9a-f]{64}$/.test(String(hash)))).toBe(true);
    expect(JSON.stringify(rows)).not.toContain(server.token);
  });
});
