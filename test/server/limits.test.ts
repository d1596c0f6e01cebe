import { once } from 'node:events';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { TestServer } from './test-server.js';

let database: TestDatabase;
let testServer: TestServer | undefined;

beforeEach(async () => {
  database = await testDatabase('sqlite');
});
afterEach(async () => {
  await testServer?.close();
  await database.drop();
});

const timesOf = (server: Server) => ({
  headers: server.headersTimeout,
  request: server.requestTimeout,
  idle: server.timeout,
  keepAlive: server.keepAliveTimeout,
});
const TIMES = { headers: 10_000, request: 30_000, idle: 10_000, keepAlive: 72_000 };

/** A certificate that nobody trusts. */
const tls = (name: string) => join(import.meta.dirname, 'tls', name);
const TLS = { TLS_CERT_FILE: tls('certificate.pem'), TLS_KEY_FILE: tls('key.pem') };

test('every wait for a client has an end', async () => {
  testServer = await TestServer.open(database.db);
  expect(timesOf(testServer.app.server)).toEqual(TIMES);
});

test('every wait for a client has the same end under TLS', async () => {
  testServer = await TestServer.open(database.db, TLS);
  expect(testServer.url).toMatch(/^https:/);
  expect(timesOf(testServer.app.server)).toEqual(TIMES);
});

test.each([
  ['headers', { headersTimeout: 100 }, 'POST /graphql HTTP/1.1\r\nHost: x\r\n'],
  [
    'a body',
    { headersTimeout: 100, requestTimeout: 100 },
    'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
  ],
])('a client that sends %s too slowly is told so and cut', async (_, limits, start) => {
  testServer = await TestServer.open(database.db);
  Object.assign(testServer.app.server, limits);
  const socket = testServer.connect();
  await once(socket, 'connect');
  socket.write(start);
  expect(await text(socket)).toMatch(/^HTTP\/1.1 408 .*took too long to come.*BAD_REQUEST/s);
});
