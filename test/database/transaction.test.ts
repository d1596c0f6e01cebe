import { setImmediate as endOfTurn } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Db } from '../../src/database/db.js';
import { Module } from '../../src/database/module.js';
import { openDatabase } from '../../src/database/open.js';
import { countRecords, lastPosition } from '../../src/database/positions.js';
import { transaction } from '../../src/database/transaction.js';
import { recordAudits } from '../../src/features/audits/audit.service.js';
import { recordResources } from '../../src/features/resources/resource.service.js';
import { anAudit, aResource, SOURCE, sourceIds } from '../features/writing/records.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';

const put = (db: Db, name: string) => db.execute(sql`INSERT INTO gateway (name, value) VALUES (${name}, 'here')`);

onEveryEngine('a transaction', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(engine);
  });
  afterAll(() => database.drop());
  beforeEach(() => database.db.execute(sql`DELETE FROM gateway WHERE value = 'here'`));

  const names = async () => {
    const rows = await database.db.query<{ name: string }>(
      sql`SELECT name FROM gateway WHERE value = 'here' ORDER BY name`,
    );
    return rows.map(({ name }) => name);
  };

  test('keeps all that it did, and gives what its work gives', async () => {
    const given = await transaction(database.db, async (tx) => {
      await put(tx, 'a');
      return put(tx, 'b');
    });
    expect({ given, names: await names() }).toEqual({ given: 1, names: ['a', 'b'] });
  });

  test('keeps nothing after an error, positions included', async () => {
    const before = await lastPosition(database.db, Module.RESOURCES);
    const failing = transaction(database.db, async (tx) => {
      await recordResources(tx, SOURCE, [aResource('lost')]);
      await put(tx, 'lost');
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await names()).toEqual([]);
    expect(await lastPosition(database.db, Module.RESOURCES)).toBe(before);
  });

  test('inside another one is a part of it', async () => {
    const failing = transaction(database.db, async (tx) => {
      await transaction(tx, (inner) => put(inner, 'inner'));
      expect(await tx.query(sql`SELECT 1 FROM gateway WHERE name = 'inner'`)).toHaveLength(1);
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await names()).toEqual([]);
  });

  test('is not kept where a part of it failed, even if the error was caught', async () => {
    const whole = transaction(database.db, async (tx) => {
      await put(tx, 'outer');
      const part = transaction(tx, async (inner) => {
        await put(inner, 'half');
        throw new Error('the part fails');
      });
      await part.catch(() => {});
    });
    await expect(whole).rejects.toThrow('the part fails');
    expect(await names()).toEqual([]);
  });

  test('refuses statements after its end', async () => {
    const ended = await transaction(database.db, async (tx) => tx);
    await expect((async () => put(ended, 'late'))()).rejects.toThrow('has ended');
    await expect((async () => ended.query(sql`SELECT 1`))()).rejects.toThrow('has ended');
    await expect((async () => ended.commit())()).rejects.toThrow('has ended');
    await ended.rollback();
    expect(await names()).toEqual([]);
  });

  test('sees its own writes, which nobody else sees before the commit', async () => {
    await transaction(database.db, async (tx) => {
      await put(tx, 'mine');
      expect(await tx.query(sql`SELECT 1 FROM gateway WHERE name = 'mine'`)).toHaveLength(1);
      expect(await names()).toEqual([]);
    });
    expect(await names()).toEqual(['mine']);
  });

  test('runs again from its start after a lost race for a key, twenty times at most', async () => {
    await put(database.db, 'taken');
    let runs = 0;
    const failing = transaction(database.db, async (tx) => {
      runs += 1;
      await put(tx, `run ${runs}`);
      await put(tx, 'taken');
    });
    await expect(failing).rejects.toThrow(/UNIQUE|Duplicate/);
    expect({ runs, names: await names() }).toEqual({ runs: 20, names: ['taken'] });
  });

  test('is kept from the run that succeeded, and from that one alone', async () => {
    await put(database.db, 'taken');
    let runs = 0;
    await transaction(database.db, async (tx) => {
      runs += 1;
      await recordResources(tx, SOURCE, [aResource(`made in run ${runs}`)]);
      if (runs === 1) await put(tx, 'taken');
    });
    const made = await database.db.query(
      sql`SELECT source_id AS id FROM resources WHERE source_id LIKE 'made in run %'`,
    );
    expect(made).toEqual([{ id: 'made in run 2' }]);
    expect(await countRecords(database.db, Module.RESOURCES)).toBe(1);
  });

  test('does not run again after an error of another kind', async () => {
    let runs = 0;
    const failing = transaction(database.db, async (tx) => {
      runs += 1;
      await tx.execute(sql`INSERT INTO no_such_table VALUES (1)`);
    });
    await expect(failing).rejects.toThrow(/no_such_table/);
    expect(runs).toBe(1);
  });

  test.each([50, 1_000])('three writers of the same %i audits make one copy', async (count) => {
    const records = sourceIds(count).map((id) => anAudit(`${count}-${id}`));
    const outcomes = await Promise.all([1, 2, 3].map(() => recordAudits(database.db, SOURCE, records)));
    for (const position of records.keys()) {
      const ofOne = outcomes.map((list) => list[position]).sort();
      expect(ofOne).toEqual(['ADDED', 'UNCHANGED', 'UNCHANGED']);
    }
    const copies = sql`SELECT COUNT(*) AS n FROM audits WHERE source_id LIKE ${`${count}-%`}`;
    expect(await database.db.query(copies)).toEqual([{ n: count }]);
  });

  test('two writers of the same resources, in opposite orders, make one copy', async () => {
    const records = sourceIds(300).map((id) => aResource(`race-${id}`, { accounts: [{ name: 'root' }] }));
    const other = [...records].reverse();
    const outcomes = await Promise.all([records, other].map((list) => recordResources(database.db, SOURCE, list)));
    expect(new Set(outcomes.map((list) => JSON.stringify([...new Set(list)])))).toEqual(
      new Set(['["ADDED"]', '["UNCHANGED"]']),
    );
  });
});

test('a SQLite transaction of many statements, or of one with many rows, lets the process go on meanwhile', async () => {
  const { db, drop } = await testDatabase('sqlite');
  const turnsDuring = async (work: (tx: Db) => Promise<unknown>) => {
    let turns = 0;
    let isOver = false;
    const counting = (async () => {
      for (; !isOver; turns++) await endOfTurn();
    })();
    await transaction(db, work);
    isOver = true;
    await counting;
    return turns;
  };
  /** The most turns of works of growing size: how many there are in a time depends on the machine. */
  const mostTurns = async (work: (tx: Db, size: number) => Promise<unknown>) => {
    let most = 0;
    for (let size = 1; size <= 32 && most <= 5; size *= 2)
      most = Math.max(most, await turnsDuring((tx) => work(tx, size)));
    return most;
  };
  const ofRows = await mostTurns(async (tx, size) => {
    const last = 100_000 * size;
    const rows = await tx.query<{ n: number }>(
      sql`WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${last}) SELECT n FROM c`,
    );
    expect([rows.length, rows.at(-1)]).toEqual([last, { n: last }]);
  });
  const ofStatements = await mostTurns(async (tx, size) => {
    for (let n = 0; n < 2_000 * size; n++) await put(tx, `${size} ${n}`);
  });
  expect([ofRows > 5, ofStatements > 5]).toEqual([true, true]);
  await drop();
});

test('SQLite statements of one transaction that are sent at once run one after another', async () => {
  const { db, drop } = await testDatabase('sqlite');
  const many = sql`WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 50000) SELECT n FROM c`;
  const lengths = await transaction(db, (tx) =>
    Promise.all([
      tx.query(many),
      put(tx, 'between').then(() => 1),
      tx.query(sql`SELECT 1 FROM gateway WHERE name = 'between'`),
    ]),
  );
  expect(lengths).toMatchObject([{ length: 50_000 }, 1, { length: 1 }]);
  await drop();
});

test('SQLite writers that follow each other without a gap do not shut out another process', async () => {
  const { db, url, drop } = await testDatabase('sqlite');
  const other = await openDatabase(url);
  let isIn = false;
  const writeOn = async (writer: number) => {
    for (let n = 0; !isIn; n++) {
      await transaction(db, async (tx) => {
        await put(tx, `${writer} ${n}`);
        await endOfTurn();
      });
    }
  };
  const writers = [0, 1, 2, 3].map(writeOn);
  await put(other, 'other').finally(() => {
    isIn = true;
  });
  await Promise.all(writers);
  await other.close();
  await drop();
});

test('a transaction that SQLite itself rolled back lets the next one in, and runs nothing outside', async () => {
  const { db, drop } = await testDatabase('sqlite');
  await put(db, 'taken');
  const failing = transaction(db, async (tx) => {
    await put(tx, 'before');
    await tx.execute(sql`INSERT OR ROLLBACK INTO gateway (name, value) VALUES ('taken', '')`).catch(() => {});
    await put(tx, 'outside');
  });
  await expect(failing).rejects.toThrow('has ended');
  await put(db, 'next');
  expect(
    await db.query(
      sql`SELECT name FROM gateway WHERE name NOT IN ('id', 'cursor key', 'device_key', 'source links') ORDER BY name`,
    ),
  ).toEqual([{ name: 'next' }, { name: 'taken' }]);
  await drop();
});
