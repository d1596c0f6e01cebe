import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import sql from 'sql-template-tag';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database, Db } from '../../src/database/db.js';
import { openDatabase } from '../../src/database/open.js';
import { transaction } from '../../src/database/transaction.js';
import { MariaDb } from '../helpers/mariadb.js';
import { answer, codes } from './refusals.js';

/** So long that a test which had to wait for one of them would fail. */
const limits = { connections: 3, acquireTimeout: 60_000, statementTimeout: 60_000 };
const TOO_LONG = 20_000;

const slept = (db: Db, seconds: number) => db.query(sql`SELECT SLEEP(${seconds}) AS slept`);

describe('a database server', () => {
  let server: MariaDb;
  let db: Database;
  beforeAll(async () => {
    server = await MariaDb.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    db = await openDatabase(server.url('mysql'), limits);
  });
  afterEach(async () => {
    server.thaw();
    await db.close();
  });

  const answersAgain = () =>
    expect.poll(() => answer(db).catch(() => 'not yet'), { timeout: TOO_LONG }).toEqual([{ one: 1 }]);
  const connectionsOfPam = async () =>
    (await db.query(sql`SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'pam'`)).length;
  const connections = async () => (await db.query(sql`SELECT ID FROM information_schema.PROCESSLIST`)).length;

  test('that stands still ends what waits for it and what waits for a connection, whatever they may take', async () => {
    const held = await db.begin();
    const waiting = [1, 2, 3].flatMap(() => [slept(db, 2), slept(db.forConnectors, 2)]);
    await sleep(200);
    await server.freeze();
    const [ofTransaction, ...ofOthers] = await codes([held.query(sql`SELECT 1`), ...waiting, db.begin()]);
    expect([ofTransaction, ...new Set(ofOthers)]).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    await held.rollback();
    server.thaw();
    await answersAgain();
    expect(await codes([1, 2, 3, 4, 5, 6].map(() => answer(db)))).toEqual(Array(6).fill(undefined));
  });

  test('that is known to stand still is not waited for any more', async () => {
    await server.freeze();
    await codes([answer(db)]);
    for (let request = 0; request < 100; request++) expect(await codes([answer(db)])).toEqual(['UNAVAILABLE']);
    expect(await codes([answer(db.forConnectors), transaction(db, answer)])).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    server.thaw();
    await answersAgain();
  });

  test('that stood still has no connection more than before when it goes on', async () => {
    for (let round = 0; round < 3; round++) {
      const waiting = Array.from({ length: 12 }, () => slept(db, 2));
      await sleep(200);
      await server.freeze();
      expect(new Set(await codes(waiting))).toEqual(new Set(['UNAVAILABLE']));
      server.thaw();
      await answersAgain();
    }
    // The pool's, and the one that is asked whether the server lives.
    await expect.poll(connections, { timeout: TOO_LONG }).toBeLessThanOrEqual(limits.connections + 1);
  });

  test('that works long at a statement is left to it', async () => {
    expect(await Promise.all([slept(db, 4), slept(db.forConnectors, 4)])).toEqual([[{ slept: 0 }], [{ slept: 0 }]]);
  });

  test('whose tables are locked is waited for', async () => {
    await db.execute(sql`CREATE OR REPLACE TABLE locked (id INT)`);
    const other = await openDatabase(server.url('mysql'), limits);
    const holder = await other.begin();
    await holder.execute(sql`LOCK TABLES locked WRITE`);
    const waiting = db.query(sql`SELECT COUNT(*) AS rows_ FROM locked`);
    await sleep(3_000);
    await holder.execute(sql`UNLOCK TABLES`);
    await holder.rollback();
    expect(await waiting).toEqual([{ rows_: 0 }]);
    await other.close();
  });

  test('is not taken to stand still because this process was held up', async () => {
    const waiting = slept(db, 1);
    await sleep(600);
    const until = Date.now() + 2_500;
    while (Date.now() < until);
    expect(await waiting).toEqual([{ slept: 0 }]);
  });

  test('that has no connection left for the question is not taken to stand still', async () => {
    await db.execute(sql`CREATE USER pam@'%' IDENTIFIED BY 'pam' WITH MAX_USER_CONNECTIONS 4`);
    const url = server.url('information_schema').replace('root', 'pam:pam');
    const few = await openDatabase(url, limits);
    const waiting = slept(few, 4);
    await sleep(200);
    const [{ id }] = (await db.query(
      sql`SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = 'pam' AND COMMAND = 'Sleep'`,
    )) as [{ id: number }];
    await db.execute(sql`KILL ${id}`);
    await expect.poll(connectionsOfPam).toBe(1);
    const others = await Promise.all([1, 2, 3].map(() => mysql.createConnection(url)));
    expect(await waiting).toEqual([{ slept: 0 }]);
    await Promise.all(others.map((other) => other.end()));
    await few.close();
  });

  test('that stands still does not keep the program from ending', async () => {
    const other = await openDatabase(server.url('mysql'), limits);
    await codes([1, 2, 3].map(() => answer(other)));
    await server.freeze();
    await codes([answer(other)]);
    await other.close();
  });

  test('that is full of connectors answers people', async () => {
    const held = await Promise.all([1, 2, 3].map(() => db.forConnectors.begin()));
    const connector = answer(db.forConnectors);
    expect(await codes([1, 2, 3, 4].map(() => answer(db)))).toEqual(Array(4).fill(undefined));
    for (const tx of held) await tx.rollback();
    expect(await connector).toEqual([{ one: 1 }]);
  });

  test('refuses those who would wait behind a thousand others, and serves those', async () => {
    const held = await Promise.all([1, 2, 3].map(() => db.forConnectors.begin()));
    const waiting = Array.from({ length: 1_000 }, () => answer(db.forConnectors));
    expect(await codes([answer(db.forConnectors)])).toEqual(['UNAVAILABLE']);
    for (const tx of held) await tx.rollback();
    expect(new Set(await codes(waiting))).toEqual(new Set([undefined]));
  });
});
