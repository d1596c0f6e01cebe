import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { Program, type Served } from '../helpers/program.js';

const program = new Program();

/** The lines of the log about requests, once the server has stopped. */
async function requestLines(server: Served): Promise<object[]> {
  const { stdout } = await server.stop();
  const lines = stdout.trim().split('\n');
  return lines.map((line) => JSON.parse(line)).filter(({ reqId }) => reqId !== undefined);
}

test('each request has one line of the log, under the id of its answer', async () => {
  const server = await program.serve();
  const answers = [
    await fetch(`${server.url}/graphql?query={server{version}}`, { headers: { 'apollo-require-preflight': '1' } }),
    await fetch(`${server.url}/nowhere`),
    await fetch(`${server.url}/health/live`),
  ];
  const [served, unknown] = answers.map(({ headers }) => headers.get('x-request-id'));
  const msg = 'request completed';
  const responseTime = expect.any(Number);
  expect(await requestLines(server)).toMatchObject([
    { reqId: served, req: { method: 'GET', path: '/graphql' }, res: { statusCode: 200 }, responseTime, msg },
    { reqId: unknown, req: { method: 'GET', path: 'unknown' }, res: { statusCode: 404 }, responseTime, msg },
  ]);
});

test('so has a request whose client left before its answer', async () => {
  const server = await program.serve();
  const socket = connect({ host: '127.0.0.1', port: server.port });
  await once(socket, 'connect');
  socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
  await fetch(`${server.url}/health/live`);
  socket.destroy();
  await server.says(/"msg":"request aborted"/);
  expect(await requestLines(server)).toMatchObject([
    { req: { method: 'POST', path: '/graphql' }, msg: 'request aborted' },
  ]);
});
