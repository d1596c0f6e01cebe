import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import mysql from 'mysql2/promise';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/database/db.js';
import { openDatabase } from '../../src/database/open.js';
import { emptyDatabase, onEveryEngine } from '../helpers/databases.js';
import { freePort } from '../helpers/free-port.js';
import { MariaDb } from '../helpers/mariadb.js';
import { Program, type RunningProgram, type Served } from '../helpers/program.js';
import { Rsyslog } from '../sources/syslog/rsyslog.js';

/** An audit as PAM360 hands it to its machine's syslog, told from others by its reason. */
const audit = (n: number) =>
  `ResourceAudit:admin:10.1.2.3 Account_Added 2026/11/26 11:39:00 Success pam win1:acc:number ${n}`;
const audits = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => audit(from + n));

interface Stored {
  readonly audits: number;
  readonly reasons: number;
  readonly others: number;
}

async function stored(db: Database): Promise<Stored> {
  const [counts] = await db.query<Stored>(
    sql`SELECT COUNT(*) AS audits, COUNT(DISTINCT reason) AS reasons,
          COUNT(CASE WHEN operation <> 'Account Added' THEN 1 END) AS others
        FROM audits WHERE source = 'pam360'`,
  );
  return counts!;
}

const exactly = (count: number) => ({ audits: count, reasons: count, others: 0 });

async function listening(program: Program, syslog: string): Promise<Served> {
  const server = await program.serve({ SYSLOG_LISTEN: syslog });
  await server.says(/syslog listens at/);
  return server;
}

async function listeningTwice(program: Program, syslog: string): Promise<RunningProgram> {
  const server = program.start(['serve', '--workers', '2'], { PORT: String(await freePort()), SYSLOG_LISTEN: syslog });
  await server.says(/(syslog listens at.*\n.*?){2}/s);
  return server;
}

onEveryEngine('rsyslog, through a restart of the gateway', (engine) => {
  test.each([
    { framing: 'traditional', workers: 'one worker', start: listening },
    { framing: 'octet-counted', workers: 'two workers', start: listeningTwice },
  ] as const)('has every line stored once, $framing, by $workers', async ({ framing, start }) => {
    const { url, drop } = await emptyDatabase(engine);
    const program = new Program({ DATABASE_URL: url });
    const port = await freePort();
    const syslog = `tcp://127.0.0.1:${port}`;
    let server: RunningProgram = await start(program, syslog);
    const relay = await Rsyslog.start(port, framing);
    const db = await openDatabase(url);
    try {
      // It is connected: what a sender writes before its connection was taken in is nobody's.
      await relay.log(audits(0, 10));
      await expect.poll(() => stored(db)).toEqual(exactly(10));
      // Lines come all the while.
      const logging = relay.log(audits(10, 2_000));
      expect((await server.stop()).code).toBe(0);
      await logging;
      await relay.log(audits(2_000, 4_000));
      await expect.poll(() => relay.isKeeping).toBe(true);
      server = await start(program, syslog);
      await relay.log(audits(4_000, 6_000));
      await expect.poll(() => stored(db)).toEqual(exactly(6_000));
      expect((await server.stop()).code).toBe(0);
      expect(await stored(db)).toEqual(exactly(6_000));
    } finally {
      await relay.stop();
      await db.close();
      await drop();
    }
  });
});

describe('rsyslog, through a restart of the database', () => {
  let server: MariaDb;
  beforeAll(async () => {
    server = await MariaDb.start();
    const root = await mysql.createConnection(server.url('mysql'));
    await root.query('CREATE DATABASE gateway');
    await root.end();
  });
  afterAll(() => server.stop());

  test('has every line stored once, though it was killed while it wrote', async () => {
    const program = new Program({ DATABASE_URL: server.url('gateway') });
    const port = await freePort();
    const gateway = await listening(program, `tcp://127.0.0.1:${port}`);
    const relay = await Rsyslog.start(port, 'octet-counted');
    try {
      const logging = relay.log(audits(0, 10_000));
      await gateway.says(/./);
      await server.kill();
      await relay.log(audits(10_000, 12_000));
      await gateway.says(/cannot be stored: they wait/);
      await server.run();
      await logging;
      await gateway.says(/are stored again/);
      const db = await openDatabase(server.url('gateway'));
      await expect.poll(() => stored(db).catch(() => undefined)).toEqual(exactly(12_000));
      await db.close();
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      const received = Number(/syslog_received_total{.*} (\d+)/.exec(metrics)?.[1]);
      expect(received).toBeGreaterThanOrEqual(12_000);
      expect(metrics).toMatch(/syslog_waiting{.*} 0\n/);
      expect((await gateway.stop()).code).toBe(0);
    } finally {
      await relay.stop();
    }
  });
});

onEveryEngine('several workers', (engine) => {
  const program = new Program();
  let drop = async () => {};
  beforeAll(async () => {
    const empty = await emptyDatabase(engine);
    drop = empty.drop;
    program.environment.DATABASE_URL = empty.url;
  });
  afterAll(() => drop());

  test('share the listeners, store every line once, and go on when one of them was killed', async () => {
    const [http, port] = [await freePort(), await freePort()];
    const syslog = `tcp://127.0.0.1:${port},udp://127.0.0.1:${port}`;
    const server = program.start(['serve', '--workers', '2'], { PORT: String(http), SYSLOG_LISTEN: syslog });
    const heard = () => server.stdout.match(/syslog listens at/g)?.length;
    await expect.poll(heard).toBe(4);
    const db = await openDatabase(program.environment.DATABASE_URL!);
    await Promise.all([0, 1, 2, 3].map((n) => sendOver(port, audits(500 * n, 500 * (n + 1)))));
    const sender = createSocket('udp4');
    for (const line of audits(1_990, 2_010)) sender.send(line, port, '127.0.0.1');
    await expect.poll(() => stored(db)).toEqual(exactly(2_010));
    const pid = Number(/\d+/.exec(readFileSync(`/proc/${server.child.pid}/task/${server.child.pid}/children`, 'utf8')));
    process.kill(pid, 'SIGKILL');
    await server.says(/a worker ended: it is started again/);
    await sendOver(port, audits(2_000, 3_000));
    await expect.poll(() => stored(db)).toEqual(exactly(3_000));
    await expect.poll(heard).toBe(6);
    sender.close();
    expect((await server.stop()).code).toBe(0);
    await db.close();
  });
});

function sendOver(port: number, lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port })
      .on('error', reject)
      .on('close', () => resolve());
    socket.resume().end(lines.map((line) => `<38>${line}\n`).join(''));
  });
}
