import fc from 'fast-check';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/database/db.js';
import { openDatabase } from '../../src/database/open.js';
import { emptyDatabase, onEveryEngine } from '../helpers/databases.js';
import { columns, MANY, makeThings, plainRows, putAndRead, someRows } from './things.js';

onEveryEngine('rows that are inserted at once', (engine) => {
  let database: Awaited<ReturnType<typeof emptyDatabase>>;
  let db: Database;
  beforeAll(async () => {
    database = await emptyDatabase(engine);
    db = await openDatabase(database.url);
    await makeThings(db, engine);
  });
  afterAll(async () => {
    await db.close();
    await database.drop();
  });
  beforeEach(() => db.execute(sql`DELETE FROM things`));

  test('come back as they were, whether they are few or many', async () => {
    const law = fc.asyncProperty(someRows, async (rows) => {
      const few = await putAndRead(db, rows);
      expect(few).toEqual(rows.map((row) => row.map((value) => (typeof value === 'boolean' ? Number(value) : value))));
      expect(await putAndRead(db, rows, MANY)).toEqual(few);
    });
    await fc.assert(law, { numRuns: 40 });
  });

  test.each([2, MANY])('are %i, and none goes in where a key stands twice', async (count) => {
    const rows = [...plainRows(count), ...plainRows(1)];
    await expect(db.insertRows('things', columns, rows)).rejects.toThrow(/UNIQUE|Duplicate|rows went in/);
    expect(await db.query(sql`SELECT id FROM things`)).toEqual([]);
  });

  test.each([2, MANY])('are %i, and none goes in where one lacks what it must have', async (count) => {
    const rows = [...plainRows(count), [count, 'a', null, 1, true]];
    await expect(db.insertRows('things', columns, rows)).rejects.toThrow(/NOT NULL|cannot be null|rows went in/);
    expect(await db.query(sql`SELECT id FROM things`)).toEqual([]);
  });

  test.each([190, MANY])('are %i, and may be larger together than one packet of the server', async (count) => {
    await db.insertRows('things', columns, plainRows(count, 0, 'a\t'.repeat(25_000)));
    expect(await db.query(sql`SELECT COUNT(*) AS n, SUM(LENGTH(a)) AS length FROM things`)).toMatchObject([
      { n: count, length: expect.toSatisfy((length) => Number(length) === count * 50_000) },
    ]);
  });

  test('none is none', async () => {
    await db.insertRows('things', columns, []);
    expect(await db.query(sql`SELECT id FROM things`)).toEqual([]);
  });
});
