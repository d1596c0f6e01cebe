import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newToken } from '../../src/lib/token.js';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { TestServer, VIEWER } from './test-server.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase('sqlite');
});
afterAll(() => database.drop());

const TLS = { TLS_CERT_FILE: 'test/server/tls/certificate.pem', TLS_KEY_FILE: 'test/server/tls/key.pem' };

/** Requests that are answered in different places: routes, errors, framework errors, and errors of the HTTP parser. */
const requests: [what: string, bytes: string][] = [
  ['a health check', 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ['an operation', `GET /graphql?query=${encodeURIComponent(VIEWER)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`],
  ['a refused feed', 'GET /feeds/audits.csv HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ['metrics', 'GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ['an unknown path', 'GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ['a wrong method', 'DELETE /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ['a method that is not HTTP', 'NOTHING / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a path that is not percent-encoded', 'GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ['an unknown expectation', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n'],
  ['a body that is not JSON', 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\n{'],
  ['two Host headers', 'GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'],
];

describe('security headers', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.openForAnn(database.db);
  });
  afterAll(() => server.close());

  test.each(requests)('are on the answer to %s', async (_what, bytes) => {
    const answer = (await server.raw(bytes)).toLowerCase();
    expect(answer).toContain("\r\ncontent-security-policy: default-src 'none'; frame-ancestors 'none'");
    expect(answer).toContain('\r\nreferrer-policy: no-referrer\r\n');
    expect(answer).toContain('\r\nx-content-type-options: nosniff\r\n');
    expect(answer).toContain('\r\nx-request-id: ');
    expect(answer).not.toContain('strict-transport-security');
  });

  test('are on a feed that streams, and on a 304', async () => {
    const headers = { authtoken: server.token };
    const feed = await server.send('/feeds/audits.csv', { headers });
    const again = await server.send('/feeds/audits.csv', {
      headers: { ...headers, 'if-none-match': feed.headers.get('etag')! },
    });
    expect([feed.status, again.status]).toEqual([200, 304]);
    for (const answer of [feed, again]) expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('name HTTPS as the only way if browsers reach the gateway by HTTPS', async () => {
    const behindProxy = await TestServer.open(database.db, { PUBLIC_URL: 'https://gateway.example.com' });
    const answer = await behindProxy.send('/health/live');
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
    await behindProxy.close();
  });
});

describe('a request with two Host headers', () => {
  test('is refused with what is wrong, also if both are equal', async () => {
    const server = await TestServer.open(database.db);
    for (const second of ['b', 'a']) {
      const answer = await server.raw(
        `GET /health/live HTTP/1.1\r\nHost: a\r\nhost: ${second}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).toContain('more than one Host header: send one');
    }
    await server.close();
  });
});

describe('X-Forwarded-For', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.openForAnn(database.db, { TRUSTED_PROXIES: '127.0.0.1,10.1.0.0/16,2001:db8::/32' });
  });
  afterAll(() => server.close());

  /** The address that an audit of a refused sign-in has. */
  async function addressOf(forwarded: string): Promise<string | null> {
    const userName = `nobody-${newToken('pag_')}`;
    const query = `mutation { signIn(userName: "${userName}", password: "wrong") { userErrors { code } } }`;
    await server.post({ query }, { 'x-forwarded-for': forwarded });
    const [row] = await database.db.query<{ ipAddress: string | null }>(
      sql`SELECT ip_address AS ipAddress FROM audits ORDER BY id DESC LIMIT 1`,
    );
    return row!.ipAddress;
  }

  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['[2a00:db8::1]:4711', '2a00:db8::1'],
    ['[2a00:db8::1]', '2a00:db8::1'],
    ['2a00:db8::1', '2a00:db8::1'],
    ['"[2a00:db8::1]:4711"', '2a00:db8::1'],
    ['203.0.113.7:4711, 10.1.2.3:5555', '203.0.113.7'],
    ['203.0.113.8, [2001:db8::5]:443, 10.1.2.3', '203.0.113.8'],
    ['198.51.100.1, 203.0.113.7:1', '203.0.113.7'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['203.0.113.7:port', null],
    ['unknown', null],
    ['_hidden', null],
  ])('%s is the address %s', async (forwarded, address) => {
    expect(await addressOf(forwarded)).toBe(address);
  });
});

describe('over TLS', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.open(database.db, TLS);
  });
  afterAll(() => server.close());

  async function handshake(options: { ciphers?: string; minVersion?: 'TLSv1.2'; maxVersion?: 'TLSv1.1' | 'TLSv1.2' }) {
    const { port } = new URL(server.url);
    const socket = connectTls({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false, ...options });
    await once(socket, 'secureConnect');
    socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const { name } = socket.getCipher();
    const protocol = socket.getProtocol();
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return { name, protocol, answer: answer.toString() };
  }

  test('answers say that HTTPS is the only way', async () => {
    expect((await handshake({})).answer.toLowerCase()).toContain('\r\nstrict-transport-security: max-age=31536000\r\n');
  });

  test('a handshake ends with forward secrecy and an AEAD cipher', async () => {
    expect(await handshake({})).toMatchObject({ protocol: 'TLSv1.3', name: expect.stringMatching(/GCM|POLY1305/) });
    expect(await handshake({ maxVersion: 'TLSv1.2' })).toMatchObject({
      protocol: 'TLSv1.2',
      name: expect.stringMatching(/^ECDHE-.*(GCM|POLY1305)/),
    });
  });

  test.each(['AES256-GCM-SHA384', 'AES128-SHA', 'ECDHE-RSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA'])(
    'a client that offers only %s is refused',
    async (ciphers) => {
      await expect(handshake({ ciphers, maxVersion: 'TLSv1.2' })).rejects.toThrow(/handshake failure|no ciphers/i);
    },
  );

  test('TLS 1.1 is refused', async () => {
    const old = { ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' as 'TLSv1.2', maxVersion: 'TLSv1.1' as const };
    await expect(handshake(old)).rejects.toThrow(/protocol version|unsupported/i);
  });
});
