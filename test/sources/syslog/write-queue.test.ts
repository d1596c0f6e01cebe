import { createSocket } from 'node:dgram';
import Sqlite from 'better-sqlite3';
import mysql from 'mysql2/promise';
import { pino } from 'pino';
import sql, { raw } from 'sql-template-tag';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AuditRecord } from '../../../src/features/audits/audit.record.js';
import { noCounts } from '../../../src/sources/syslog/counts.js';
import { WriteQueue } from '../../../src/sources/syslog/write-queue.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { auditOf } from './lines.js';
import { Heard, pamLine, SOURCE, storedReasons } from './syslog.fixture.js';

onEveryEngine('what waits to be stored', (engine) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase(engine);
  });
  afterEach(() => database.drop());

  /** Keeps everybody from writing audits, until what it returns is called. */
  async function lockAudits(): Promise<() => Promise<void>> {
    if (engine === 'sqlite') {
      const file = new Sqlite(database.url.replace('sqlite:', ''));
      file.exec('BEGIN IMMEDIATE');
      return async () => {
        file.close();
      };
    }
    const connection = await mysql.createConnection(database.url);
    await connection.query('LOCK TABLES audits WRITE, positions WRITE, audit_id_blocks WRITE');
    return () => connection.end();
  }

  /** Has the database refuse audits on some condition, by an error that does not say that it passes. */
  function refuseAudits(condition: string): Promise<void> {
    return execute(
      engine === 'sqlite'
        ? `CREATE TRIGGER refusal BEFORE INSERT ON audits WHEN ${condition} BEGIN SELECT RAISE(ABORT, 'full'); END`
        : `CREATE TRIGGER refusal BEFORE INSERT ON audits FOR EACH ROW
             IF ${condition} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'full'; END IF`,
    );
  }

  async function execute(statement: string): Promise<void> {
    await database.db.execute(sql`${raw(statement)}`);
  }

  test('is bounded: a sender is not read from until there is room again, and nothing is lost', async () => {
    const tcp = await Heard.at('tcp', database.db);
    const unlock = await lockAudits();
    const count = 20_000;
    const padding = 'x'.repeat(2_000);
    const sent = tcp.send(Array.from({ length: count }, (_, n) => `${pamLine(`${n} ${padding}`)}\n`).join(''));
    await expect.poll(() => tcp.counts.waiting).toBeGreaterThan(5_000);
    // Whatever the sender writes, what is read does not grow.
    const { received } = tcp.counts;
    await new Promise((later) => setTimeout(later, 300));
    expect(tcp.counts.received).toBeLessThan(Math.max(received, 10_000));
    await unlock();
    await sent;
    await tcp.stop();
    expect(tcp.counts).toMatchObject({ received: count, stored: count, waiting: 0 });
    expect(new Set(await storedReasons(database.db)).size).toBe(count);
  });

  test('drops datagrams where there is no room, counts them, and stores the others', async () => {
    const udp = await Heard.at('udp', database.db);
    const unlock = await lockAudits();
    const sender = createSocket('udp4');
    const padding = 'x'.repeat(15_000);
    let sent = 0;
    const send = () =>
      new Promise<void>((done) => sender.send(pamLine(`${sent++} ${padding}`), udp.port, '127.0.0.1', () => done()));
    await expect
      .poll(
        async () => {
          await Promise.all([send(), send(), send(), send()]);
          return udp.counts.dropped;
        },
        { interval: 0 },
      )
      .toBeGreaterThan(0);
    await unlock();
    await udp.stop();
    sender.close();
    const { received, stored, dropped, waiting } = udp.counts;
    expect([stored + dropped, waiting]).toEqual([received, 0]);
    expect(new Set(await storedReasons(database.db)).size).toBe(stored);
  });

  test('is stored but for the one that can never be, which is refused', async () => {
    const counts = noCounts();
    const queue = new WriteQueue(database.db, SOURCE, 'a listener', counts, pino({ level: 'silent' }));
    // As if the rules had let something through that the table does not hold.
    const impossible = { ...auditOf(pamLine('impossible')), category: null } as unknown as AuditRecord;
    for (const record of [auditOf(pamLine(1)), impossible, auditOf(pamLine(2))]) queue.add(record);
    queue.close();
    await queue.store(new AbortController().signal);
    expect(counts).toMatchObject({ stored: 2, refused: 1, waiting: 0 });
    expect(await storedReasons(database.db)).toEqual(['1', '2']);
  });

  test('is refused only where it fails again: what a database did not take for a while waits, and is stored', async () => {
    const counts = noCounts();
    const queue = new WriteQueue(database.db, SOURCE, 'a listener', counts, pino({ level: 'silent' }));
    const has = (reason: string) => `EXISTS (SELECT 1 FROM audits WHERE reason = '${reason}')`;
    // As a disk that is full at first takes the third, and is full again until somebody makes room.
    await refuseAudits(`(NEW.reason IN ('1', '2') AND NOT ${has('3')}) OR (NEW.reason > '3' AND ${has('4')})`);
    for (const n of [1, 2, 3, 4, 5, 6]) queue.add(auditOf(pamLine(n)));
    queue.close();
    const storing = queue.store(new AbortController().signal);
    await expect.poll(() => counts.stored).toBe(4);
    await execute('DROP TRIGGER refusal');
    await storing;
    expect(counts).toMatchObject({ stored: 6, refused: 0, waiting: 0 });
  });
});
