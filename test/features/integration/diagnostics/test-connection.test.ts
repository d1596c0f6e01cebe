import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { analyticsPlus, examine, findingsOf, https, key, listen, MARKER, pem, stop } from './peer.js';
import { StoppedServer } from './stopped-server.js';

/** A server that speaks neither HTTP nor TLS; it reads, so that it sees when the other side leaves. */
const tcpServer = (speak: (socket: Socket) => void): Server => createServer((socket) => speak(socket.resume()));

const tlsServer = (speak: (socket: Socket) => void): Server =>
  createTlsServer({ key, cert: pem('good') }, (socket) => speak(socket.on('error', () => {}).resume()));

const untried = (step: string) => `SKIPPED Not tried: ${step} failed.`;

const afterHandshake = {
  CERTIFICATE_VALIDITY: untried('TLS_HANDSHAKE'),
  CERTIFICATE_CHAIN: untried('TLS_HANDSHAKE'),
  CERTIFICATE_NAME: untried('TLS_HANDSHAKE'),
  HTTP_ANSWER: untried('TLS_HANDSHAKE'),
  BUILD: untried('TLS_HANDSHAKE'),
  CLOCK: untried('TLS_HANDSHAKE'),
};

test('all is well with Analytics Plus behind a certificate of a trusted authority', async () => {
  expect(await examine(https(['good']))).toEqual({
    NAME_RESOLUTION: 'PASS The host name has an address.',
    TCP_CONNECTION: 'PASS The port takes connections.',
    TLS_HANDSHAKE: 'PASS The TLS handshake succeeds.',
    CERTIFICATE_VALIDITY: expect.stringMatching(/^PASS The certificate is valid for \d+ days more\.$/),
    CERTIFICATE_CHAIN: 'PASS The certificate comes from a trusted authority.',
    CERTIFICATE_NAME: 'PASS The certificate is for the saved host name.',
    HTTP_ANSWER: 'PASS The HTTP answer looks like one of Analytics Plus.',
    BUILD: 'PASS Analytics Plus has build 6100.',
    CLOCK: 'PASS The clocks of the two machines agree.',
  });
});

test('an address needs no name service, and the certificate is held against it', async () => {
  expect(await examine(https(['good']), '127.0.0.1')).toMatchObject({
    NAME_RESOLUTION: 'PASS An address is saved, so there is no name to resolve.',
    CERTIFICATE_NAME: 'PASS The certificate is for the saved host name.',
  });
});

test('the server is told the saved name, but never an address in its place', async () => {
  const told: unknown[] = [];
  const server = () => https(['good']).on('secureConnection', ({ servername }) => told.push(servername));
  await examine(server(), 'LOCALHOST.');
  await examine(server(), '127.0.0.1');
  expect(told).toEqual(['localhost', false]);
});

test('one request is made, for the first page, and a redirect is not followed', async () => {
  const requests: unknown[] = [];
  const server = https(['good'], ({ method, url, headers }, response) => {
    requests.push([method, url, headers.host, Object.keys(headers).toSorted()]);
    response.writeHead(302, { location: `https://${headers.host}/${MARKER}` }).end();
  });
  const { HTTP_ANSWER } = await examine(server);
  const host = expect.stringMatching(/^localhost:\d+$/);
  expect(requests).toEqual([['GET', '/', host, ['accept', 'connection', 'host']]]);
  expect(HTTP_ANSWER).toMatch(/^WARN There is an HTTP answer, but it does not look like Analytics Plus/);
});

describe('this machine itself is out of reach without the setting', () => {
  test.each(['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]', '::ffff:127.0.0.1', '64:ff9b::7f00:1'])(
    'as %s',
    async (hostName) => {
      const server = https(['good']);
      const { portNumber, connections } = await listen(server);
      const findings = await findingsOf({ hostName, portNumber }, { allowLoopback: false });
      await stop(server, connections);
      expect(connections.size).toBe(0);
      expect(findings.NAME_RESOLUTION).toMatch(
        /^FAIL The host name stands for the machine .* TEST_INTEGRATION_LOOPBACK/,
      );
      expect(findings.TCP_CONNECTION).toBe(untried('NAME_RESOLUTION'));
      expect(findings.CLOCK).toBe(untried('NAME_RESOLUTION'));
    },
  );
});

test.each(['169.254.169.254', '0.0.0.0', '::', 'fe80::1', 'ff02::1', '255.255.255.255', 'fd00:ec2::254'])(
  '%s is never connected to',
  async (hostName) => {
    const findings = await findingsOf({ hostName, portNumber: 443 });
    expect(findings.NAME_RESOLUTION).toMatch(/^FAIL .* never connected to/);
    expect(findings.TCP_CONNECTION).toBe(untried('NAME_RESOLUTION'));
  },
);

test.each(['127.1', '0x7f.1', '2130706433', 'https://localhost', 'localhost:443', ''])(
  'the text "%s" is no host name, whatever the system makes of it',
  async (hostName) => {
    const { NAME_RESOLUTION } = await findingsOf({ hostName, portNumber: 443 });
    expect(NAME_RESOLUTION).toBe('FAIL The saved host name is no DNS name or address: save it again.');
  },
);

test('a name that does not resolve', async () => {
  const findings = await findingsOf({ hostName: 'analytics.invalid', portNumber: 8443 });
  // Where there is no network the name service cannot be asked.
  expect(findings.NAME_RESOLUTION).toMatch(/^FAIL The host name has no address here|^FAIL The name service did not/);
  expect(findings.TCP_CONNECTION).toBe(untried('NAME_RESOLUTION'));
});

test('a database is not connected to', async () => {
  const findings = await findingsOf({ hostName: 'localhost', portNumber: 3306 });
  expect(findings.TCP_CONNECTION).toMatch(
    /^FAIL The saved port is known as one of a database, which is never connected to: /,
  );
  expect(findings.TLS_HANDSHAKE).toBe(untried('TCP_CONNECTION'));
});

test('a port that nobody listens on', async () => {
  const server = createServer();
  const { portNumber, connections } = await listen(server);
  await stop(server, connections);
  const findings = await findingsOf({ hostName: 'localhost', portNumber });
  expect(findings.TCP_CONNECTION).toMatch(/^FAIL Nothing listens on the port: start Analytics Plus/);
  expect(findings.TLS_HANDSHAKE).toBe(untried('TCP_CONNECTION'));
});

describe('no TLS', () => {
  const plain = /^FAIL What listens on the port answers in plain HTTP: turn HTTPS on/;
  const other = /^FAIL The TLS handshake was broken off: /;
  const httpAnswer = `HTTP/1.1 400 ${MARKER}\r\n\r\n`;

  test.each<[string, Server, RegExp]>([
    ['a web server without TLS', createHttpServer(analyticsPlus), plain],
    [
      'a web server that hangs up on a handshake',
      tcpServer((socket) => socket.on('data', (data) => socket.end(data[0] === 0x16 ? '' : httpAnswer))),
      plain,
    ],
    ['another service', tcpServer((socket) => socket.end(`SSH-2.0-${MARKER}\r\n`)), other],
    ['a service that hangs up', tcpServer((socket) => socket.destroy()), other],
    [
      'a server of TLS 1.1',
      createTlsServer({
        key,
        cert: pem('good'),
        minVersion: 'TLSv1.1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      }),
      /^FAIL No version or cipher of TLS is common to both sides: update/,
    ],
  ])('%s', async (_name, server, words) => {
    const findings = await examine(server);
    expect(findings).toMatchObject(afterHandshake);
    expect(findings.TLS_HANDSHAKE).toMatch(words);
  });
});

describe.concurrent('a server that takes its time', () => {
  test('before the connection', async () => {
    const stopped = await StoppedServer.start();
    const findings = await findingsOf({ hostName: 'localhost', portNumber: stopped.portNumber });
    stopped.end();
    expect(findings.TCP_CONNECTION).toMatch(/^FAIL The port did not answer within 3 seconds: /);
    expect(findings.TLS_HANDSHAKE).toBe(untried('TCP_CONNECTION'));
  });

  test('before the handshake', async () => {
    const findings = await examine(tcpServer(() => {}));
    expect(findings).toMatchObject({ TCP_CONNECTION: 'PASS The port takes connections.', ...afterHandshake });
    expect(findings.TLS_HANDSHAKE).toMatch(/^FAIL The TLS handshake did not end within 5 seconds: /);
  });

  test('before the handshake, and does speak HTTP', async () => {
    const answer = (socket: Socket) =>
      socket.on('data', (data) => data[0] !== 0x16 && socket.write(`HTTP/1.1 200 ${MARKER}\r\n\r\n`));
    expect((await examine(tcpServer(answer))).TLS_HANDSHAKE).toMatch(/^FAIL .* plain HTTP/);
  });

  test('after the handshake', async () => {
    expect(await examine(tlsServer(() => {}))).toMatchObject({
      CERTIFICATE_CHAIN: 'PASS The certificate comes from a trusted authority.',
      HTTP_ANSWER: expect.stringMatching(/^FAIL No HTTP answer came in time: /),
      BUILD: untried('HTTP_ANSWER'),
      CLOCK: untried('HTTP_ANSWER'),
    });
  });

  test('with its headers', async () => {
    const { HTTP_ANSWER } = await examine(tlsServer((socket) => drip(socket, `HTTP/1.1 200 ${MARKER}\r\nx-marker: `)));
    expect(HTTP_ANSWER).toMatch(/^FAIL No HTTP answer came in time: /);
  });

  test('with its body, of which what came is enough', async () => {
    const { HTTP_ANSWER, BUILD } = await examine(
      tlsServer((socket) => drip(socket, `HTTP/1.1 200 ${MARKER}\r\n\r\nAnalytics Plus build 4301 `)),
    );
    expect([HTTP_ANSWER, BUILD]).toEqual([
      'PASS The HTTP answer looks like one of Analytics Plus.',
      'PASS Analytics Plus has build 4301.',
    ]);
  });
});

describe('a server that answers without end', () => {
  test('in its headers', async () => {
    const { HTTP_ANSWER } = await examine(tlsServer((socket) => flood(socket, `HTTP/1.1 200 OK\r\nx-marker: `)));
    expect(HTTP_ANSWER).toMatch(/^FAIL The headers of the HTTP answer are larger than 16 KB: /);
  });

  test('in its body, of which the rest is not waited for', async () => {
    let sent = 0;
    const server = https(['good'], ({ socket }, response) => {
      socket.once('close', () => {
        sent = socket.bytesWritten;
      });
      flood(response, 'Analytics Plus');
    });
    const { HTTP_ANSWER } = await examine(server);
    expect(HTTP_ANSWER).toBe('PASS The HTTP answer looks like one of Analytics Plus.');
    expect(sent).toBeGreaterThan(64 * 1_024);
    expect(sent).toBeLessThan(16_000_000);
  });
});

describe('a server that speaks TLS but no HTTP', () => {
  test.each([
    ['it says something else', (socket: Socket) => socket.end(`220 ${MARKER} ESMTP\r\n`), 'does not speak HTTP'],
    ['it hangs up', (socket: Socket) => socket.end(), 'was closed without an HTTP answer'],
    ['it changes the protocol', (socket: Socket) => socket.write(upgrade), 'was closed without an HTTP answer'],
  ])('%s', async (_name, speak, words) => {
    const { HTTP_ANSWER, CLOCK } = await examine(tlsServer(speak));
    expect(HTTP_ANSWER).toMatch(new RegExp(`^FAIL .*${words}.*: see whether host name and port`));
    expect(CLOCK).toBe(untried('HTTP_ANSWER'));
  });
  const upgrade = `HTTP/1.1 101 ${MARKER}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`;
});

test('a file of authorities that holds no certificate makes nothing trusted, and nothing fails', async () => {
  const findings = await examine(https(['good']), 'localhost', { allowLoopback: true, ca: `${MARKER}\n` });
  expect(findings.CERTIFICATE_CHAIN).toMatch(/^FAIL The certificate comes from an authority that is not trusted here/);
});

/** Sends a start, and then a little, for ever. */
function drip(socket: Writable, start: string): void {
  socket.write(start);
  const timer = setInterval(() => socket.write(MARKER), 100);
  socket.once('close', () => clearInterval(timer));
}

/** Sends a start, and then as much as the other side takes. */
function flood(socket: Writable, start: string): void {
  socket.write(start);
  const more = () => {
    while (!socket.destroyed && socket.write(MARKER.repeat(1_000)));
  };
  socket.on('drain', more);
  more();
}
