import { once } from 'node:events';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { testDatabase } from '../helpers/databases.js';
import { FrontDoor } from './front-door.js';

const pem = (name: string) => join(import.meta.dirname, 'tls', name);
const TLS = { TLS_CERT_FILE: pem('certificate.pem'), TLS_KEY_FILE: pem('key.pem') };

test.each([
  ['', {}],
  [' under TLS', TLS],
])('a connection that is kept open%s is closed when the server stops', async (_, environment) => {
  const database = await testDatabase('sqlite');
  const door = await FrontDoor.open(database.db, environment);
  const port = Number(new URL(door.url).port);
  const socket = door.url.startsWith('https') ? connect({ port, rejectUnauthorized: false }) : door.connect();
  socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 200 .*Connection: keep-alive/is);
  const closed = once(socket, 'close');
  await Promise.all([door.close(), closed]);
  await database.drop();
});
