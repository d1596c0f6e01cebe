import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { Browser, makeSignIn } from '../browser.js';
import { refusal, TestServer } from '../test-server.js';
import { readFeed, readOn, storeManyAudits } from './feed.fixture.js';

/** More than buffers take, the network's among them. */
const MANY = 60_000;
const LONG = 'audits.csv';

type Headers = Record<string, string>;

onEveryEngine('the flat feeds that are open at once', (engine) => {
  let database: TestDatabase;
  let server: TestServer;

  beforeAll(async () => {
    database = await testDatabase(engine);
    await storeManyAudits(database.db, MANY);
    server = await TestServer.openForAnn(database.db);
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  /** A feed that has begun and is not read on. */
  async function open(headers: Headers, path = LONG): Promise<IncomingMessage> {
    const [response] = await once(get(`${server.url}/feeds/${path}`, { headers, agent: false }), 'response');
    return response as IncomingMessage;
  }

  function openMany(count: number, headers: Headers): Promise<IncomingMessage[]> {
    return Promise.all(Array.from({ length: count }, () => open(headers)));
  }

  async function token(userName: string): Promise<Headers> {
    return { authtoken: await server.tokenFor(userName) };
  }

  async function person(userName: string): Promise<Headers> {
    await makeSignIn(server, userName, ['Password Auditor'], { accessScope: 'ALL' });
    const browser = new Browser(server);
    await browser.signIn(userName);
    return { cookie: browser.cookie!, 'apollo-require-preflight': '1' };
  }

  test.each([
    ['an auth token', 8, 'auth token', token],
    ['a user', 4, 'user', person],
  ] as const)(
    'of %s are %i at most: one more is refused, and admitted when one has ended',
    async (_, most, name, be) => {
      const headers = await be(`ned ${most}`);
      const feeds = await openMany(most, headers);
      const { status, headers: answered, text } = await readFeed(server, LONG, headers);
      expect(refusal({ status, headers: answered, text, body: JSON.parse(text) })).toEqual({
        status: 429,
        code: 'TOO_MANY_STREAMS',
        message: `${most} feeds of this ${name} are open, which is the most: read one to its end or close it, then send this again`,
      });
      expect([answered.get('retry-after'), answered.get('etag')]).toEqual(['5', null]);
      expect((await readFeed(server, `${LONG}?limit=1`, await be('olga'))).status).toBe(200);

      expect((await readOn(feeds.pop()!)).whole).toBe(true);
      feeds.push(await open(headers));
      expect((await open(headers)).statusCode).toBe(429);
      feeds.pop()!.destroy();
      await expect.poll(async () => (await readFeed(server, `${LONG}?limit=1`, headers)).status).toBe(200);
      for (const feed of feeds) feed.destroy();
    },
  );

  test('are none when all were abandoned, and nothing stays set aside for them', async () => {
    const headers = await token('pia');
    for (let round = 0; round < 5; round++) {
      await abandonBeforeTheAnswer(headers);
      await abandonOnOneConnection(headers);
      for (const feed of await openMany(8, headers)) {
        if (round % 2) feed.resume();
        setTimeout(() => feed.destroy(), 30 * round);
      }
    }
    const left = async () => (await readFeed(server, LONG, headers, { method: 'HEAD' })).headers.get('ratelimit');
    await expect.poll(left).toMatch(/^"connector";r=199999\d$/);
    const feeds = await openMany(8, headers);
    expect(feeds.map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(200));
    for (const feed of feeds) feed.destroy();
  });

  async function abandonBeforeTheAnswer(headers: Headers): Promise<void> {
    const requests = Array.from({ length: 8 }, () => get(`${server.url}/feeds/${LONG}`, { headers, agent: false }));
    for (const [n, request] of requests.entries()) {
      request.once('error', () => {});
      await sleep(n);
      request.destroy();
    }
  }

  /** Only the first of them is ever answered. */
  async function abandonOnOneConnection(headers: Headers): Promise<void> {
    const socket = server.connect();
    await once(socket, 'connect');
    socket.write(`GET /feeds/${LONG} HTTP/1.1\r\nhost: gateway\r\nauthtoken: ${headers.authtoken}\r\n\r\n`.repeat(6));
    await once(socket, 'readable');
    socket.destroy();
  }
});
