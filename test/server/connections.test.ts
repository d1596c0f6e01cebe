import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { refusal, TestServer, VIEWER } from './test-server.js';

const MAX_CONNECTIONS = 256;

let database: TestDatabase;
let server: TestServer;
let open: Socket[] = [];

beforeAll(async () => {
  database = await testDatabase('sqlite');
  server = await TestServer.openForAnn(database.db);
});
afterEach(async () => {
  const closed = open.map((socket) => socket.closed || once(socket, 'close'));
  for (const socket of open) socket.destroy();
  await Promise.all(closed);
  open = [];
});
afterAll(async () => {
  await server.close();
  await database.drop();
});

/** Connects from an address of the loopback. */
async function connectFrom(address: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port), localAddress: address });
  socket.on('error', () => {});
  open.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** What is answered on a connection to a request that closes it. */
async function answerOn(socket: Socket): Promise<string> {
  socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  return text(socket);
}

test('an address that has opened too many connections gets no more, and another does', async () => {
  const held = await Promise.all(Array.from({ length: MAX_CONNECTIONS }, () => connectFrom('127.0.9.1')));
  const refused = await text(await connectFrom('127.0.9.1'));
  expect(refused).toMatch(/^HTTP\/1.1 429 .*Retry-After: 1.*too many connections are open from your address/s);
  expect(await answerOn(await connectFrom('127.0.9.2'))).toMatch(/^HTTP\/1.1 200 /);
  const metrics = (await server.send('/metrics')).text;
  expect(metrics).toMatch(/^pam_gateway_http_refused_connections_total\{reason="address"\} 1$/m);
  expect(metrics).toMatch(/^pam_gateway_http_refused_connections_total\{reason="all"\} 0$/m);
  expect(await answerOn(held[0]!)).toMatch(/^HTTP\/1.1 200 /);
  await expect.poll(async () => answerOn(await connectFrom('127.0.9.1'))).toMatch(/^HTTP\/1.1 200 /);
});

test('unfinished bodies of an address leave no room for more of its own, and room for those of others', async () => {
  const head = (length: number) =>
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
  const held = await Promise.all(
    Array.from({ length: 80 }, async () => {
      const socket = await connectFrom('127.0.9.3');
      socket.write(`${head(16 * 1024)}{`);
      return socket;
    }),
  );
  // Those that are refused are answered, and closed; the others wait for the rest of their bodies.
  const answers: string[] = [];
  for (const socket of held) socket.on('data', (answer) => answers.push(String(answer)));
  await expect.poll(() => answers.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(16);
  for (const answer of answers)
    expect(answer).toMatch(/^HTTP\/1.1 429 .*(bytes of requests from your address|without a sign-in)/s);
  expect((await server.post({ query: VIEWER })).status).toBe(200);
  expect((await server.post({ query: VIEWER }, { authtoken: server.token })).status).toBe(200);
});

test('a body that is refused says why', async () => {
  const answer = await server.post(' '.repeat(17 * 1024));
  expect(refusal(answer)).toMatchObject({ status: 413, message: expect.stringMatching(/larger than 16 KiB/) });
});
