import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import type { SyslogOptions } from '../../../src/sources/syslog/listener.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { Heard, pamLine, storedAudits, storedReasons } from './syslog.fixture.js';

const tlsFile = (name: string) => readFileSync(`test/server/tls/${name}.pem`);

onEveryEngine('syslog', (engine) => {
  let database: TestDatabase;
  let heard: Heard | undefined;
  beforeEach(async () => {
    database = await testDatabase(engine);
  });
  afterEach(async () => {
    await heard?.stop();
    heard = undefined;
    await database.drop();
  });

  const listen = async (transport: 'udp' | 'tcp' | 'tls', but: Partial<SyslogOptions> = {}): Promise<Heard> => {
    heard = await Heard.at(transport, database.db, but);
    return heard;
  };
  const stored = () => expect.poll(() => storedReasons(database.db));

  test.each([
    ['UDP, RFC 3164', 'udp', ['-d', '--rfc3164']],
    ['UDP, RFC 5424', 'udp', ['-d', '--rfc5424']],
    ['TCP, RFC 3164', 'tcp', ['-T', '--rfc3164']],
    ['TCP, RFC 5424', 'tcp', ['-T', '--rfc5424']],
    ['TCP, RFC 3164, octets counted', 'tcp', ['-T', '--rfc3164', '--octet-count']],
    ['TCP, RFC 5424, octets counted', 'tcp', ['-T', '--rfc5424', '--octet-count']],
  ] as const)('takes what logger sends: %s', async (_, transport, args) => {
    const { listener } = await listen(transport);
    const text = 'ResourceAudit:admin:10.1.2.3 Account_Added 2026/11/26 11:39:00 Success pam win1:acc:Größe';
    await heard!.logger(...args, '-p', 'auth.info', '-t', 'PAM360', text);
    await heard!.logger(...args, '-p', 'user.info', '-t', 'job', 'hello there');
    await expect.poll(() => listener.counts.stored).toBe(2);
    const [audit, other] = await storedAudits(database.db);
    expect(audit).toMatchObject({ operation: 'Account Added', operatedBy: 'admin', reason: 'Größe' });
    expect(other).toMatchObject({ operation: 'Syslog Message', reason: expect.stringMatching(/job.* hello there$/) });
  });

  test('stores a line once, by whichever way it comes again', async () => {
    const tcp = await listen('tcp');
    const udp = await Heard.at('udp', database.db);
    await tcp.send(`${pamLine(1)}\n${pamLine(2)}\n${pamLine(1)}`);
    await tcp.send(`${pamLine(3)}\r\n${Buffer.byteLength(pamLine(2))} ${pamLine(2)}`);
    const sender = createSocket('udp4');
    sender.send(pamLine(3), udp.port, '127.0.0.1');
    await expect.poll(() => udp.counts.received).toBe(1);
    await udp.stop();
    sender.close();
    await tcp.stop();
    expect((await storedReasons(database.db)).toSorted()).toEqual(['1', '2', '3']);
    expect(tcp.counts).toMatchObject({ received: 5, waiting: 0, connections: 0 });
    expect(tcp.counts.stored + tcp.counts.unchanged + udp.counts.stored + udp.counts.unchanged).toBe(6);
  });

  test('links an audit to the resource of its source that it names', async () => {
    await recordResources(database.db, 'import', [{ sourceId: '1', name: 'win1', type: 'Windows' }]);
    await (await listen('tcp', { source: 'import' })).send(pamLine(1));
    const linked = () => database.db.query(sql`SELECT resource_name AS name FROM audits WHERE resource_id IS NOT NULL`);
    await expect.poll(linked).toEqual([{ name: 'win1' }]);
  });

  test('has stored all that was sent when it has stopped', async () => {
    const tcp = await listen('tcp');
    const lines = Array.from({ length: 5_000 }, (_, n) => pamLine(n));
    const sockets = await Promise.all([1, 2, 3].map(() => tcp.connect()));
    for (const [n, socket] of sockets.entries()) {
      socket.write(`${lines.filter((_, index) => index % 3 === n).join('\n')}\n`);
    }
    await expect.poll(() => tcp.counts.received).toBeGreaterThan(0);
    await tcp.stop();
    heard = undefined;
    expect(tcp.counts).toMatchObject({ received: 5_000, stored: 5_000, waiting: 0 });
    expect(new Set(await storedReasons(database.db)).size).toBe(5_000);
  });

  test('tells its senders that it stops, before it does', async () => {
    const tcp = await listen('tcp');
    const socket = await tcp.connect();
    socket.write(`${pamLine(1)}\n`);
    await expect.poll(() => tcp.counts.received).toBe(1);
    const stopping = tcp.stop();
    await once(socket.resume(), 'end');
    socket.end(`${pamLine(2)}\n`);
    await stopping;
    heard = undefined;
    await stored().toEqual(['1', '2']);
  });

  test('keeps the beginning of a line whose connection broke, and says so', async () => {
    const tcp = await listen('tcp');
    const socket = await tcp.connect();
    socket.write(`${pamLine(1)}\n${pamLine(2)}`);
    await expect.poll(() => tcp.counts.received).toBe(1);
    await sleep(50);
    socket.resetAndDestroy();
    await stored().toEqual([
      '1',
      expect.stringMatching(/acc:2 … \[cut: the connection ended within this message, after/),
    ]);
    expect(tcp.counts).toMatchObject({ received: 2, cut: 1 });
  });

  test('takes lines over TLS', async () => {
    const tls = { cert: tlsFile('certificate'), key: tlsFile('key'), authorities: undefined };
    const { port, counts } = await listen('tls', { tls });
    const socket = connectTls({
      host: '127.0.0.1',
      port,
      ca: tlsFile('certificate'),
      checkServerIdentity: () => undefined,
    });
    await once(socket, 'secureConnect');
    socket.end(`${pamLine(1)}\n${pamLine(2)}\n`);
    await stored().toEqual(['1', '2']);
    expect(counts).toMatchObject({ received: 2, refusedConnections: 0 });
  });

  test('takes over TLS only who shows a certificate, where that is asked for', async () => {
    const own = { cert: tlsFile('certificate'), key: tlsFile('key') };
    const { port, counts } = await listen('tls', { tls: { ...own, authorities: own.cert } });
    const to = { host: '127.0.0.1', port, ca: own.cert, checkServerIdentity: () => undefined };
    const nobody = connectTls(to).on('error', () => {});
    nobody.write(`${pamLine(1)}\n`);
    await expect.poll(() => counts.refusedConnections).toBe(1);
    const known = connectTls({ ...to, ...own }).on('error', () => {});
    known.end(`${pamLine(2)}\n`);
    await stored().toEqual(['2']);
  });

  test('refuses over TLS who is not allowed, before a handshake takes its time', async () => {
    const tls = { cert: tlsFile('certificate'), key: tlsFile('key'), authorities: undefined };
    const { port, counts } = await listen('tls', { tls, allow: ['10.0.0.0/8'] });
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false }).on('error', () => {});
    let isSecure = false;
    socket.on('secureConnect', () => {
      isSecure = true;
    });
    await new Promise((closed) => socket.resume().once('close', closed));
    await expect.poll(() => counts.refusedConnections).toBe(1);
    expect([isSecure, counts.received]).toEqual([false, 0]);
  });

  test('refuses senders that are not allowed, and counts them', async () => {
    const tcp = await listen('tcp', { allow: ['10.0.0.0/8', '192.0.2.1'] });
    const udp = await Heard.at('udp', database.db, { allow: ['10.0.0.0/8'] });
    await tcp.send(pamLine(1)).catch(() => {});
    const sender = createSocket('udp4');
    sender.send(pamLine(1), udp.port, '127.0.0.1');
    await expect.poll(() => [tcp.counts.refusedConnections, udp.counts.refused]).toEqual([1, 1]);
    await udp.stop();
    sender.close();
    expect(await storedReasons(database.db)).toEqual([]);
  });
});
