import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { beforeAll, expect, test } from 'vitest';
import { emptyDatabase } from '../helpers/databases.js';
import { Program, type Served } from '../helpers/program.js';
import { SlowReader } from './slow-reader.js';

const program = new Program();
let token: string;

beforeAll(async () => {
  await program.succeed('demo-data', '--resources', '20', '--users', '20', '--audits', '10000', '--days', '30');
  await program.succeed('user', 'create', 'ann', '--roles', 'Administrator', '--scope', 'ALL');
  token = (await program.succeed('token', 'generate', '--user', 'ann')).trim();
});

async function isRefused(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  const refused = await Promise.race([
    once(socket, 'connect').then(() => false),
    once(socket, 'error').then(() => true),
  ]).catch((error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED');
  socket.destroy();
  return refused;
}

async function getOver(agent: Agent, url: string): Promise<void> {
  const [response] = await once(get(url, { agent }), 'response');
  response.resume();
  await once(response, 'end');
}

async function beginToStop(server: Served): Promise<void> {
  server.signal('SIGTERM');
  await server.says(/"msg":"stopping"/);
}

test('an answer that a slow client is reading is finished whole, while new connections are refused', async () => {
  const server = await program.serve();
  const reader = await SlowReader.begin(server.port, token);
  await beginToStop(server);
  await expect.poll(() => isRefused(server.port)).toBe(true);
  const { data } = JSON.parse(await reader.finish());
  expect(data.f.nodes).toHaveLength(10_000);
  expect(await server.ended).toMatchObject({ code: 0, signal: null });
});

test('a request that waits for the database is answered, and told that the connection closes', async () => {
  const { url, drop } = await emptyDatabase('mariadb');
  const environment = { DATABASE_URL: url };
  await program.run(['user', 'create', 'ann', '--roles', 'Administrator', '--scope', 'ALL'], '', environment);
  const { stdout } = await program.run(['token', 'generate', '--user', 'ann'], '', environment);
  const server = await program.serve(environment);
  const headers = { authtoken: stdout.trim() };
  // The first use of a token is recorded among the audits.
  await fetch(`${server.url}/graphql?query={viewer{userName}}`, { headers });
  const lock = await mysql.createConnection(url);
  await lock.query('LOCK TABLES audits WRITE, audit_spans WRITE');
  const asked = fetch(`${server.url}/graphql?query={audits{nodes{id}}}`, { headers });
  await expect.poll(async () => JSON.stringify((await lock.query('SHOW FULL PROCESSLIST'))[0])).toMatch(/FROM audits/);
  await beginToStop(server);
  await lock.end();
  const answer = await asked;
  expect(answer.headers.get('connection')).toBe('close');
  expect(await answer.json()).toMatchObject({ data: { audits: { nodes: expect.any(Array) } } });
  expect((await server.ended).code).toBe(0);
  await drop();
});

test('connections that are kept open without a request do not hold it up', async () => {
  const server = await program.serve();
  const agent = new Agent({ keepAlive: true, maxSockets: 5 });
  await Promise.all([1, 2, 3, 4, 5].map(() => getOver(agent, `${server.url}/health/live`)));
  const silent = connect({ host: '127.0.0.1', port: server.port });
  await once(silent, 'connect');
  expect((await server.stop()).code).toBe(0);
  agent.destroy();
});

test.each(['SIGTERM', 'SIGINT'] as const)('a second signal, %s, ends it at once', async (second) => {
  const server = await program.serve();
  const reader = await SlowReader.begin(server.port, token);
  await beginToStop(server);
  server.signal(second);
  expect((await server.ended).code).toBe(1);
  reader.leave();
});

test('Ctrl-C stops it as SIGTERM does', async () => {
  const server = await program.serve();
  server.signal('SIGINT');
  expect((await server.ended).code).toBe(0);
});

test('a stop during the start ends it, and the next start works', async () => {
  const fresh = new Program();
  for (const milliseconds of [0, 150, 300, 450, 600]) {
    const starting = fresh.start(['serve'], { PORT: '0' });
    await sleep(milliseconds);
    const { code, signal } = await starting.stop();
    expect([0, 'SIGTERM']).toContain(signal ?? code);
  }
  const server = await fresh.serve();
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  expect((await server.stop()).code).toBe(0);
});

test('a stop in the middle of the first migration waits for its end', async () => {
  const { url, drop } = await emptyDatabase('mariadb');
  const watcher = await mysql.createConnection(url);
  const starting = program.start(['serve'], { DATABASE_URL: url, PORT: '0' });
  const tables = async () => ((await watcher.query('SHOW TABLES'))[0] as unknown[]).length;
  await expect.poll(tables, { interval: 1 }).toBeGreaterThan(0);
  expect((await starting.stop()).code).toBe(0);
  expect((await program.run(['migrate'], '', { DATABASE_URL: url })).stdout).toBe('nothing to migrate\n');
  await watcher.end();
  await drop();
});
