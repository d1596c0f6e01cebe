import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { revokeConnectorToken } from '../../../src/features/integration/connector-token.service.js';
import { onEveryEngine } from '../../helpers/databases.js';
import { CountingDatabase } from '../../helpers/gateway.js';
import { Browser, makeSignIn } from '../browser.js';
import { refusal, TestServer, VIEWER } from '../test-server.js';
import { linesOf, type ManyAudits, openManyAudits, readFeed, readOn, stalledClient } from './feed.fixture.js';

/** More than two chunks. */
const MANY = 12_000;
const ALL = 'audits.ndjson?cursor=1&fields=id';
const CHUNK = 4_000;
const FIRST_CHUNK = `${ALL}&limit=${CHUNK}`;
/** Of a door where nothing else is said, for connectors and for people. A chunk of it is paid for in four seconds. */
const PER_SECOND = 1_000;

onEveryEngine('the budget of a flat feed', (engine) => {
  let audits: ManyAudits;
  let counted: CountingDatabase;
  let server: TestServer;
  const servers: TestServer[] = [];

  beforeAll(async () => {
    audits = await openManyAudits(engine, MANY);
    counted = new CountingDatabase(audits.db);
    server = await open(PER_SECOND);
  });
  afterAll(async () => {
    await Promise.all(servers.map((one) => one.close()));
    await audits.drop();
  });

  async function open(perSecond: number): Promise<TestServer> {
    const environment = { CONNECTOR_COST_PER_SECOND: `${perSecond}`, SESSION_COST_PER_SECOND: `${perSecond}` };
    const opened = await TestServer.open(counted, environment);
    servers.push(opened);
    return opened;
  }

  const ask = (query: string, authtoken: string, at = server) => at.post({ query }, { authtoken });
  const read = (path: string, authtoken: string) => readFeed(server, path, { authtoken });
  const pages = () => counted.statements.filter(({ sql }) => /FROM audits t/.test(sql)).length;

  async function signIn(userName: string): Promise<Browser> {
    await makeSignIn(server, userName, ['Password Auditor'], { accessScope: 'ALL' });
    const browser = new Browser(server);
    await browser.signIn(userName);
    return browser;
  }

  /** Four feeds on one connection that have read a chunk each: their token is in debt for fourteen seconds. What comes of them. */
  async function feedsInDebt(at: TestServer, token: string): Promise<{ came: Promise<string> }> {
    counted.statements.length = 0;
    const came = at.raw(`GET /feeds/${ALL} HTTP/1.1\r\nhost: gateway\r\nauthtoken: ${token}\r\n\r\n`.repeat(4));
    await expect.poll(pages).toBe(4);
    return { came };
  }

  test('is that of the queries of the same token: what a feed has read they miss, and others do not', async () => {
    const person = await signIn('amy');
    const readAndAsk = async () => {
      const amy = await server.tokenFor('amy');
      return { feed: await read(FIRST_CHUNK, amy), refused: await ask(VIEWER, amy) };
    };
    let { feed, refused } = await readAndAsk();
    // If the machine is slow, what the feed has read comes back before the query.
    while (refused.status !== 429) ({ feed, refused } = await readAndAsk());
    const { status, headers } = feed;
    expect([status, headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([
      200,
      '"connector";r=0',
      '"connector";q=2000;w=2',
    ]);
    expect(refusal(refused)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(refused.headers.get('retry-after')).toMatch(/^[12]$/);
    expect((await ask(VIEWER, await server.tokenFor('bea'))).status).toBe(200);
    expect((await person.ask(VIEWER)).headers.get('ratelimit')).toMatch(/^"session";r=\d{4}$/);
  });

  test('is that of the person who is signed in, whose tokens keep theirs', async () => {
    const { cookie } = await signIn('cleo');
    const headers = { cookie: cookie!, 'apollo-require-preflight': '1' };
    expect((await readFeed(server, FIRST_CHUNK, headers)).headers.get('ratelimit')).toBe('"session";r=0');
    expect((await readFeed(server, FIRST_CHUNK, headers)).status).toBe(429);
    expect((await read(FIRST_CHUNK, await server.tokenFor('cleo'))).status).toBe(200);
  });

  test('is spent by queries too: a feed is then refused, told when to come again, and charged nothing', async () => {
    const page = `{ audits(first: ${PER_SECOND}) { nodes { id } } }`;
    const spendAndRead = async (userName: string) => {
      const token = await server.tokenFor(userName);
      await Promise.all([ask(page, token), ask(page, token)]);
      return read(FIRST_CHUNK, token);
    };
    let refused = await spendAndRead('dora');
    // Where the machine is slow, what was spent comes back before the feed is asked for.
    for (let n = 0; refused.status !== 429; n++) refused = await spendAndRead(`dora${n}`);
    const { status, headers, text } = refused;
    const { code, message } = refusal({ status, headers, text, body: JSON.parse(text) });
    const [, left] = /^the feed begins with 500 and (\d+) is left: send it again in \d seconds?$/.exec(message) ?? [];
    expect([code, headers.get('ratelimit')]).toEqual(['RATE_LIMITED', `"connector";r=${left}`]);
    expect(headers.get('retry-after')).toMatch(/^\d$/);
    expect(headers.get('etag')).toBeNull();
  });

  test('has 1 taken of it for a feed of which no row is read, and nothing for one that is refused', async () => {
    const path = 'resources.ndjson';
    const etag = (await read(path, await server.tokenFor('eli'))).headers.get('etag')!;
    const asked: [query: string, method: string, more: Record<string, string>, status: number, cost: number][] = [
      ['', 'HEAD', {}, 200, 1],
      ['', 'GET', { 'if-none-match': etag }, 304, 1],
      ['?after=nonsense', 'GET', {}, 400, 1],
      ['?nonsense=1', 'GET', {}, 400, 0],
    ];
    for (const [n, [query, method, more, status, cost]] of asked.entries()) {
      const headers = { authtoken: await server.tokenFor(`eli${n}`), ...more };
      const answer = await readFeed(server, path + query, headers, { method });
      const left = answer.headers.get('ratelimit');
      expect([n, answer.status, left]).toEqual([n, status, `"connector";r=${2 * PER_SECOND - cost}`]);
    }
  });

  test('is waited for by a feed that has begun, which leaves to the queries of its token what one may cost', async () => {
    const other = await open(2 * CHUNK);
    const token = await other.tokenFor('fay');
    const response = await stalledClient(other, ALL, token);
    const answer = await ask(`{ audits(first: ${2 * CHUNK}) { nodes { id } } }`, token, other);
    expect(answer.status).toBe(200);
    const { whole, text } = await readOn(response);
    expect(whole).toBe(true);
    expect(linesOf(text).at(-1)).toMatchObject({ _end: true, count: linesOf(text).length - 1 });
    expect(linesOf(text).length).toBeGreaterThan(MANY);
  });

  test('comes back to several feeds of a token in turn, and each comes whole', async () => {
    const other = await open(20_000);
    const token = await other.tokenFor('gus');
    const feeds = await Promise.all(Array.from({ length: 5 }, () => stalledClient(other, ALL, token)));
    for (const { whole, text } of await Promise.all(feeds.map(readOn))) {
      expect([whole, linesOf(text).length > MANY]).toEqual([true, true]);
    }
  });

  test('is waited for without a database connection, and no longer than the client is there', async () => {
    const other = await open(2_500);
    const [token, ivy] = [await other.tokenFor('hal'), await other.tokenFor('ivy')];
    counted.statements.length = 0;
    const response = await stalledClient(other, ALL, token);
    // The one connection is free.
    expect((await ask(VIEWER, ivy, other)).status).toBe(200);
    response.destroy();
    // By then there would be enough.
    await sleep(2_500);
    expect(pages()).toBe(1);
  });

  test('is not waited for with a token that was revoked', async () => {
    const token = await server.tokenFor('jon');
    const { came } = await feedsInDebt(server, token);
    await revokeConnectorToken(audits.db, token);
    expect((await came).match(/"id"/g)).toHaveLength(CHUNK);
    expect(pages()).toBe(4);
  });

  test('is not waited for by a server that stops', async () => {
    const stopping = await open(PER_SECOND);
    const { came } = await feedsInDebt(stopping, await stopping.tokenFor('kai'));
    await stopping.close();
    expect((await came).match(/"id"/g)).toHaveLength(CHUNK);
    expect(pages()).toBe(4);
  });
});
