import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { SyslogOptions } from '../../../src/sources/syslog/listener.js';
import type { Reason } from '../../../src/sources/syslog/refusals.js';
import { type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { Heard, pamLine, storedAudits, storedReasons } from './syslog.fixture.js';

const tlsFile = (name: string) => readFileSync(`test/server/tls/${name}.pem`);
const own = { cert: tlsFile('certificate'), key: tlsFile('key') };
/** A certificate of no authority that is known. */
function stranger() {
  const directory = mkdtempSync(join(tmpdir(), 'stranger-'));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  execFileSync('openssl', ['req', '-x509', ...newKey, '-out', cert, '-subj', '/CN=stranger'], { stdio: 'ignore' });
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

const counted = (text: string) => `${Buffer.byteLength(text)} ${text}`;

describe('a syslog listener', () => {
  let database: TestDatabase;
  let heard: Heard | undefined;
  beforeAll(async () => {
    database = await testDatabase('sqlite');
  });
  afterEach(async () => {
    await heard?.stop();
    heard = undefined;
  });
  afterAll(() => database.drop());

  const listen = async (transport: 'udp' | 'tcp' | 'tls', but: Partial<SyslogOptions> = {}): Promise<Heard> => {
    heard = await Heard.at(transport, database.db, but);
    return heard;
  };
  const refusals = ({ counts }: Heard) => Object.entries(counts.refusals).filter(([, number]) => number > 0);
  const refused = (reason: Reason, times: number) => expect.poll(() => refusals(heard!)).toEqual([[reason, times]]);
  const warnings = () => heard!.log.filter(({ reason }) => reason !== undefined);

  const closed = (socket: Socket) => new Promise((done) => socket.resume().once('close', done));

  /** Sends, and waits until the listener closes the connection. */
  async function closedAfter(stream: string | Buffer, address = '127.0.0.1'): Promise<void> {
    const socket = connect({ host: '127.0.0.1', port: heard!.port, localAddress: address });
    socket.on('error', () => {}).write(stream);
    await closed(socket);
  }

  test('closes a connection whose octet count is wrong, with what came before it stored', async () => {
    await listen('tcp');
    const before = [1, 2, 3].map((n) => pamLine(`counted ${n}`));
    for (const next of ['5000 ', '8 ', '0 ', '00130 ', '99999999999 ', 'x ', '']) {
      const rest = next === '5000 ' ? 'more '.repeat(2_000) : '';
      await closedAfter(`${before.map(counted).join('')}${next}${pamLine('damaged, and long enough')}${rest}`);
    }
    await refused('octet_count', 7);
    expect(warnings()).toMatchObject([{ sender: '127.0.0.1', reason: 'octet_count' }]);
    await heard!.stop();
    expect(heard!.counts).toMatchObject({ refusedConnections: 7, waiting: 0 });
    const stored = await storedAudits(database.db);
    expect(stored.filter(({ operation }) => operation === 'Account Added')).toHaveLength(3);
    // The beginning of a message whose count is wrong is kept as a line that says so.
    for (const { reason } of stored.slice(3))
      expect(reason).toMatch(/\[cut: the octet count of this message is wrong\]$/);
  });

  test('stores nothing of another protocol on a plain port, and names each sender once', async () => {
    await listen('tcp');
    const before = (await storedReasons(database.db)).length;
    const hello = Buffer.concat([Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]), Buffer.alloc(512, 0x0a)]);
    for (const times of [1, 2, 3]) {
      await closedAfter(hello);
      await refused('tls', times);
    }
    await closedAfter('GET /health HTTP/1.1\r\nHost: a\r\n\r\n', '127.0.0.2');
    await closedAfter('BREW /pot HTTP/1.1\r\n\r\n', '127.0.0.2');
    await closedAfter('SSH-2.0-OpenSSH_9.2\r\n');
    await closedAfter(`${pamLine('before')}\n\x01\x02\x03\xff\n${pamLine('behind')}\n`);
    expect(warnings().map(({ sender, reason }) => [sender, reason])).toEqual([
      ['127.0.0.1', 'tls'],
      ['127.0.0.2', 'http'],
      ['127.0.0.1', 'other_protocol'],
      ['127.0.0.1', 'binary'],
    ]);
    expect(warnings()[0]!.msg).toMatch(
      /^tcp:.* refused 127.0.0.1: it speaks TLS, and this listener takes plain syslog/,
    );
    await heard!.stop();
    expect((await storedReasons(database.db)).slice(before)).toEqual(['before']);
    expect(heard!.counts.refusals).toMatchObject({ tls: 3, http: 2, other_protocol: 1, binary: 1 });
  });

  test('drops datagrams of another protocol', async () => {
    const { port, counts } = await listen('udp');
    const before = (await storedReasons(database.db)).length;
    const sender = createSocket('udp4');
    const datagrams = [
      Buffer.from([0x16, 0xfe, 0xfd, 0, 0]),
      'GET / HTTP/1.1\r\n\r\n',
      Buffer.from([0x30, 0x26, 2, 1, 1]),
    ];
    for (const datagram of [...datagrams, pamLine('by datagram')]) sender.send(datagram, port, '127.0.0.1');
    await expect.poll(() => counts.received).toBe(4);
    await heard!.stop();
    sender.close();
    expect((await storedReasons(database.db)).slice(before)).toEqual(['by datagram']);
    expect(counts).toMatchObject({ refused: 3, refusals: { tls: 1, http: 1, binary: 1 } });
    expect(warnings().map(({ reason }) => reason)).toEqual(['tls', 'http', 'binary']);
  });

  const secure = (options: ConnectionOptions = {}): Socket => {
    const to = { host: '127.0.0.1', port: heard!.port, rejectUnauthorized: false };
    return connectTls({ ...to, ...options }).on('error', () => {});
  };

  test.each<[Reason, () => unknown]>([
    ['plain_text', () => closedAfter(`${pamLine(1)}\n`)],
    ['plain_text', () => closedAfter(counted(pamLine(1)))],
    ['http', () => closedAfter('GET / HTTP/1.1\r\n\r\n')],
    ['certificate', () => closed(secure())],
    ['certificate', () => closed(secure(stranger()))],
    [
      'handshake',
      () =>
        connect({ host: '127.0.0.1', port: heard!.port }).on('connect', function (this: Socket) {
          this.destroy();
        }),
    ],
  ])('that takes TLS names %s as the reason (%#)', async (reason, send) => {
    await listen('tls', { tls: { ...own, authorities: own.cert } });
    await send();
    await refused(reason, 1);
    expect(warnings()).toMatchObject([{ sender: '127.0.0.1', reason }]);
    expect(heard!.counts).toMatchObject({ received: 0, refusedConnections: 1 });
  });

  test.each(['tcp', 'tls', 'udp'] as const)('names who is not allowed once, over %s', async (transport) => {
    await listen(transport, { allow: ['10.0.0.0/8'], tls: { ...own, authorities: undefined } });
    const udp = createSocket('udp4');
    for (const times of [1, 2]) {
      if (transport === 'udp') udp.send(pamLine(times), heard!.port, '127.0.0.1');
      else await closedAfter('');
      await refused('not_allowed', times);
    }
    udp.close();
    expect(warnings()).toMatchObject([{ sender: '127.0.0.1', reason: 'not_allowed' }]);
  });

  test.each(['tcp', 'tls'] as const)(
    'lets silent connections give way to one that sends, over %s',
    async (transport) => {
      await listen(transport, { tls: { ...own, authorities: undefined } });
      const silent: Socket[] = [];
      for (const address of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) {
        for (let n = 0; n < 100; n++) {
          const socket = connect({ host: '127.0.0.1', port: heard!.port, localAddress: address }).on('error', () => {});
          silent.push(socket);
          await once(socket, 'connect');
        }
      }
      await refused('gave_way', 44);
      expect(silent[0]!.destroyed || silent[100]!.destroyed).toBe(true);
      const sender = transport === 'tls' ? secure() : await heard!.connect();
      sender.write(`${pamLine(`among the silent, over ${transport}`)}\n`);
      await expect.poll(() => heard!.counts.stored).toBe(1);
      expect(warnings().length).toBeLessThanOrEqual(4);
      for (const socket of [...silent, sender]) socket.destroy();
      await expect.poll(() => heard!.counts.connections).toBe(0);
    },
  );
});
