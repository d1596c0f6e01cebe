import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { revokeConnectorToken } from '../../../src/features/integration/connector-token.service.js';
import { onEveryEngine } from '../../helpers/databases.js';
import { CountingDatabase } from '../../helpers/gateway.js';
import { TestServer, VIEWER } from '../test-server.js';
import {
  linesOf,
  type ManyAudits,
  openManyAudits,
  readFeed,
  readLines,
  readOn,
  stalledClient,
} from './feed.fixture.js';

const MANY = 200_000;
/** Pages that lie in buffers, the network's among them, when a client does not read. */
const BUFFERED = 12;

/** Keeps the pages of audits that are read, and fails where it is told to. */
class WatchedDatabase extends CountingDatabase {
  failAt = Number.POSITIVE_INFINITY;

  get pages(): number {
    return this.statements.filter(({ sql }) => /FROM audits t/.test(sql)).length;
  }

  protected override async reading<T>(read: () => Promise<T>): Promise<T> {
    const rows = await read();
    if (this.pages >= this.failAt) throw new Error('the disk is gone');
    return rows;
  }
}

onEveryEngine('a flat feed of many rows', (engine) => {
  let audits: ManyAudits;
  let watched: WatchedDatabase;
  let server: TestServer;
  const servers: TestServer[] = [];

  beforeAll(async () => {
    audits = await openManyAudits(engine, MANY);
    watched = new WatchedDatabase(audits.db);
    server = await open();
    server.token = await server.tokenFor('ann');
  });
  afterEach(() => {
    watched.failAt = Number.POSITIVE_INFINITY;
  });
  afterAll(async () => {
    await Promise.all(servers.map((one) => one.close()));
    await audits.drop();
  });

  async function open(): Promise<TestServer> {
    const opened = await TestServer.open(watched);
    servers.push(opened);
    return opened;
  }

  /** The pages that were read once no more are. */
  async function settledPages(): Promise<number> {
    for (let before = -1; ; await sleep(300)) {
      if (watched.pages === before) return before;
      before = watched.pages;
    }
  }

  test.each(['audits.ndjson?cursor=1', 'audits.ndjson?cursor=1&after='])(
    'comes whole, each row once: %s',
    async (path) => {
      const lines = await readLines(server, `${path}&fields=id`);
      const end = lines.pop()!;
      expect(end).toMatchObject({ _end: true, count: lines.length });
      expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
      expect(lines.length).toBeGreaterThanOrEqual(MANY);
    },
  );

  test.each(['csv', 'ndjson'])('comes whole where few of them are visible, compressed or not: %s', async (format) => {
    const token = await server.tokenFor('sam', { accessScope: 'OWNED_AND_SHARED' });
    for (const encoding of ['identity', 'gzip']) {
      const headers = { authtoken: token, 'accept-encoding': encoding };
      const { text } = await readFeed(server, `audits.${format}?after=&fields=operatedBy`, headers);
      expect(new Set(text.match(/sam|ann/g))).toEqual(new Set(['sam']));
    }
  });

  test('waits for a client that does not read, holds no connection meanwhile, and then comes whole', async () => {
    watched.statements.length = 0;
    const response = await stalledClient(server, 'audits.ndjson?cursor=1');
    const pages = await settledPages();
    expect(pages).toBeLessThan(BUFFERED);
    // The one connection is free.
    expect((await server.post({ query: VIEWER }, { authtoken: server.token })).body.data?.viewer?.userName).toBe('ann');
    const { whole, text } = await readOn(response);
    expect(whole).toBe(true);
    expect(linesOf(text).at(-1)).toMatchObject({ _end: true });
  });

  test('ends with the client: no statement comes after it has left', async () => {
    watched.statements.length = 0;
    const response = await stalledClient(server, 'audits.csv');
    await settledPages();
    response.destroy();
    const pages = await settledPages();
    expect(pages).toBeLessThan(BUFFERED);
    expect(await settledPages()).toBe(pages);
  });

  test.each(['ndjson?cursor=1', 'csv', 'json'])(
    'that fails in the middle is cut, for all to see: %s',
    async (format) => {
      watched.statements.length = 0;
      const response = await stalledClient(server, `audits.${format}`);
      watched.failAt = (await settledPages()) + 1;
      const { whole, text } = await readOn(response);
      expect(whole).toBe(false);
      expect(text).not.toMatch(/_end|"count"|the disk is gone/);
    },
  );

  test('that fails before its first row is answered as an error', async () => {
    watched.statements.length = 0;
    watched.failAt = 1;
    const response = await stalledClient(server, 'audits.csv');
    expect(response.statusCode).toBe(500);
    expect(response.headers['content-encoding']).toBeUndefined();
    expect((await readOn(response)).text).toMatch(/INTERNAL_SERVER_ERROR/);
  });

  test('is cut when its token is revoked', async () => {
    const token = await server.tokenFor('bob');
    const response = await stalledClient(server, 'audits.ndjson?cursor=1', token);
    await settledPages();
    await revokeConnectorToken(audits.db, token);
    await sleep(1_000);
    const { whole, text } = await readOn(response);
    expect(whole).toBe(false);
    expect(text).not.toMatch(/_end/);
  });

  test('is cut when the server stops before it has come to its end', async () => {
    const stopping = await open();
    const response = await stalledClient(stopping, 'audits.ndjson?cursor=1', server.token);
    await settledPages();
    const closed = stopping.close();
    await sleep(5_500);
    expect(await readOn(response)).toMatchObject({ whole: false });
    await closed;
  });

  test('that is being read comes whole though the server stops', async () => {
    const stopping = await open();
    const response = await stalledClient(stopping, 'audits.ndjson?cursor=1&fields=id&limit=50000', server.token);
    const [{ whole, text }] = await Promise.all([readOn(response), stopping.close()]);
    expect(whole).toBe(true);
    expect(linesOf(text).at(-1)).toMatchObject({ _end: true });
  });
});
