import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database, Db } from '../../src/database/db.js';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open.js';
import { transaction } from '../../src/database/transaction.js';
import { MariaDb } from '../helpers/mariadb.js';
import { answer, codes } from './refusals.js';

const limits = { connections: 2, acquireTimeout: 300, statementTimeout: 700 };
const put = (db: Db, name: string) => db.execute(sql`INSERT INTO gateway (name, value) VALUES (${name}, '')`);

describe('a database server', () => {
  let server: MariaDb;
  let db: Database;
  beforeAll(async () => {
    server = await MariaDb.start();
    const root = await openDatabase(server.url('mysql'));
    await root.execute(sql`CREATE DATABASE gateway`);
    await root.close();
    await migrate(server.url('gateway'));
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    db = await openDatabase(server.url('gateway'), limits);
    await db.execute(sql`DELETE FROM gateway WHERE value = ''`);
  });
  afterEach(() => db.close());

  const answersAgain = () => expect.poll(() => answer(db).catch(() => 'not yet')).toEqual([{ one: 1 }]);
  const names = async () => {
    const rows = await db.query<{ name: string }>(sql`SELECT name FROM gateway WHERE value = '' ORDER BY name`);
    return rows.map(({ name }) => name);
  };

  test('that works too long at a statement is told to stop', async () => {
    const endless = db.query(sql`SELECT COUNT(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b`);
    expect(await codes([endless])).toEqual(['UNAVAILABLE']);
    expect(await answer(db)).toEqual([{ one: 1 }]);
  });

  test('whose connections are all taken makes nobody wait for ever, and goes on when they are free', async () => {
    const held = [await db.begin(), await db.begin()];
    const waiting = [answer(db), transaction(db, (tx) => put(tx, 'never')), db.begin()];
    expect(await codes(waiting)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
    for (const tx of held) await tx.rollback();
    expect(await codes([1, 2, 3, 4].map(() => answer(db)))).toEqual(Array(4).fill(undefined));
    expect(await names()).toEqual([]);
  });

  test('that is frozen makes nobody wait for ever, and is used again when it goes on', async () => {
    await answer(db);
    await server.freeze();
    try {
      const waiting = [answer(db), answer(db), answer(db), transaction(db, (tx) => put(tx, 'never'))];
      expect(await codes(waiting)).toEqual(Array(4).fill('UNAVAILABLE'));
      expect(await codes([answer(db)])).toEqual(['UNAVAILABLE']);
    } finally {
      server.thaw();
    }
    await answersAgain();
    expect(await codes([1, 2, 3, 4].map(() => answer(db)))).toEqual(Array(4).fill(undefined));
  });

  test('that is killed keeps what was committed and nothing else, and is used again when it is back', async () => {
    await put(db, 'kept');
    const cut = transaction(db, async (tx) => {
      await put(tx, 'lost');
      await server.kill();
      await put(tx, 'lost too');
    });
    expect(await codes([cut])).toEqual(['UNAVAILABLE']);
    expect(await codes([answer(db), db.begin()])).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    await server.run();
    await answersAgain();
    expect(await names()).toEqual(['kept']);
  });

  test('ends the transaction of a writer that sleeps, so that another one goes on', async () => {
    const other = await openDatabase(server.url('gateway'), { ...limits, statementTimeout: 30_000 });
    await put(db, 'row');
    const change = sql`UPDATE gateway SET value = '' WHERE name = 'row'`;
    const sleeper = await db.begin();
    await sleeper.execute(sql`UPDATE gateway SET value = 'asleep' WHERE name = 'row'`);
    expect(await transaction(other, (tx) => tx.execute(change))).toBe(1);
    expect(await codes([sleeper.commit()])).toEqual(['UNAVAILABLE']);
    await sleeper.rollback();
    await other.close();
    expect(await names()).toEqual(['row']);
  });

  test('ends the wait for a lock that somebody busy does not give back', async () => {
    const other = await openDatabase(server.url('gateway'), { ...limits, statementTimeout: 30_000 });
    await put(db, 'row');
    const holder = await other.begin();
    await holder.execute(sql`UPDATE gateway SET value = 'held' WHERE name = 'row'`);
    let held = true;
    const busy = (async () => {
      while (held) await Promise.all([holder.query(sql`SELECT 1`), sleep(500)]);
    })();
    const waiting = transaction(other, async (tx) => {
      await tx.execute(sql`SET SESSION innodb_lock_wait_timeout = 1`);
      await tx.execute(sql`UPDATE gateway SET value = 'mine' WHERE name = 'row'`);
    });
    expect(await codes([waiting])).toEqual(['UNAVAILABLE']);
    held = false;
    await busy;
    await holder.rollback();
    await other.close();
  });

  test('that finds two transactions waiting for each other has both in the end', async () => {
    await put(db, 'a');
    await put(db, 'b');
    const change = (tx: Db, name: string) =>
      tx.execute(sql`UPDATE gateway SET value = CONCAT(value, '') WHERE name = ${name}`);
    let runs = 0;
    let bothIn = () => {};
    const both = new Promise<void>((resolve) => {
      bothIn = resolve;
    });
    const cross = (first: string, second: string) =>
      transaction(db, async (tx) => {
        runs += 1;
        await tx.execute(sql`UPDATE gateway SET value = 'x' WHERE name = ${first}`);
        if (runs === 2) bothIn();
        await both;
        await change(tx, second);
      });
    await Promise.all([cross('a', 'b'), cross('b', 'a')]);
    expect(runs).toBe(3);
  });
});
