import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { testDatabase } from '../helpers/databases.js';
import { TestServer } from './test-server.js';

const pem = (name: string) => join(import.meta.dirname, 'tls', name);
const TLS = { TLS_CERT_FILE: pem('certificate.pem'), TLS_KEY_FILE: pem('key.pem') };

test.each([
  ['', {}],
  [' under TLS', TLS],
])('a connection that is kept open%s is closed when the server stops', async (_, environment) => {
  const database = await testDatabase('sqlite');
  const server = await TestServer.open(database.db, environment);
  const port = Number(new URL(server.url).port);
  const socket = server.url.startsWith('https') ? connect({ port, rejectUnauthorized: false }) : server.connect();
  socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 200 .*Connection: keep-alive/is);
  const closed = once(socket, 'close');
  await Promise.all([server.close(), closed]);
  await database.drop();
});

test('a request that was on its way when the stop began is answered, and told that the connection closes', async () => {
  const database = await testDatabase('sqlite');
  const server = await TestServer.openForAnn(database.db);
  const agent = new Agent({ keepAlive: true });
  const options = { agent, headers: { authtoken: server.token } };
  const ask = () => get(`${server.url}/graphql?query={viewer{userName}}`, options);
  await text((await once(ask(), 'response'))[0]);
  const closed = server.close();
  const [answer] = await once(ask(), 'response');
  expect(answer.headers.connection).toBe('close');
  expect(JSON.parse(await text(answer)).data).toEqual({ viewer: { userName: 'ann' } });
  await closed;
  agent.destroy();
  await database.drop();
});
