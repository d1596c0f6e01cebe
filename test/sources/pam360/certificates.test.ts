import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as listener, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { readConfig } from '../../../src/config.js';
import { PamApi } from '../../../src/sources/pam360/pam-api.js';
import { StandInPam, TOKEN } from './stand-in.js';

const tls = 'test/features/integration/diagnostics/tls';

/** What is said of a server at an address; nothing where it answers. */
async function errorOf(environment: Record<string, string>): Promise<string> {
  const { pam } = readConfig({ PAM_AUTHTOKEN: TOKEN, ...environment });
  const options = { pause: 1, patience: { connect: 500, silence: 500, whole: 700 } };
  try {
    const api = await PamApi.open(pam!, new AbortController().signal, options);
    await api.resources(1, 1).finally(() => api.close());
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

test.each([
  ['of the authority', 'good', `${tls}/authority.pem`, /^$/],
  ['that is self-signed and its own authority', 'self-signed', `${tls}/self-signed.pem`, /^$/],
  [
    'that is self-signed',
    'self-signed',
    `${tls}/authority.pem`,
    /^GET \/resources: the certificate of localhost:\d+ is not trusted.*PAM_CA_FILE/,
  ],
  ['of another authority', 'of-stranger', `${tls}/authority.pem`, /is not trusted \(UNABLE_TO_/],
  ['where no file says an authority', 'good', '', /is not trusted.*PAM_CA_FILE/],
  [
    'for another name',
    'other-name',
    `${tls}/authority.pem`,
    /is for other names: write PAM_URL with a name that stands in it/,
  ],
  ['that has expired', 'expired', `${tls}/authority.pem`, /has expired/],
])('a certificate %s', async (_, certificate, file, problem) => {
  const pam = await new StandInPam(certificate).start();
  expect(await errorOf({ PAM_URL: pam.url, PAM_CA_FILE: file })).toMatch(problem);
  expect(pam.calls).toHaveLength(problem.source === '^$' ? 1 : 0);
  await pam.stop();
});

test.each([
  ['that is not there', 'nowhere.pem', /PAM_CA_FILE: nowhere.pem cannot be read \(ENOENT\)/],
  ['without a certificate', 'package.json', /PAM_CA_FILE: package.json has no certificate in PEM/],
])('a file of authorities %s', async (_, file, problem) => {
  expect(await errorOf({ PAM_URL: 'https://localhost:1', PAM_CA_FILE: file })).toMatch(problem);
});

test('a server that does not speak TLS, is not there, or never answers', async () => {
  const plain = createServer((_, response) => response.end('{}'));
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const at = (server: { address(): unknown }) => `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await errorOf({ PAM_URL: at(plain) })).toMatch(/does not speak TLS as it should/);
  const url = at(plain);
  plain.closeAllConnections();
  await new Promise((resolve) => plain.close(resolve));
  expect(await errorOf({ PAM_URL: url })).toMatch(/cannot be reached \(ECONNREFUSED\)/);
  const sockets = new Set<Socket>();
  const mute = listener((socket) => sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  expect(await errorOf({ PAM_URL: at(mute) })).toMatch(/cannot be reached \(UND_ERR_CONNECT_TIMEOUT\)/);
  for (const socket of sockets) socket.destroy();
  mute.close();
});

test('a server that answers a byte at a time is not waited for', async () => {
  const pam = await new StandInPam().start();
  const dripping = new Set<NodeJS.Timeout>();
  pam.onCall = () => (_, response) => void dripping.add(setInterval(() => response.write(' '), 100));
  const problem = await errorOf({ PAM_URL: pam.url, PAM_CA_FILE: `${tls}/authority.pem` });
  expect(problem).toMatch(/cannot be reached \(no whole answer in time\)/);
  for (const timer of dripping) clearInterval(timer);
  await pam.stop();
});
