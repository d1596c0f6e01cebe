import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/database/db.js';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open.js';
import { transaction } from '../../src/database/transaction.js';
import { emptyDatabase } from '../helpers/databases.js';
import { codes } from './refusals.js';

let url: string;
let file: string;
let db: Database;
let drop: () => Promise<void>;

beforeEach(async () => {
  ({ url, drop } = await emptyDatabase('sqlite'));
  file = url.slice('sqlite:'.length);
  await migrate(url);
  db = await openDatabase(url);
});
afterEach(async () => {
  await db.close();
  await drop();
});

const put = (name: string) => db.execute(sql`INSERT INTO gateway (name, value) VALUES (${name}, 'here')`);
const names = async () =>
  (await db.query<{ name: string }>(sql`SELECT name FROM gateway WHERE value = 'here'`)).map(({ name }) => name);
const read = () => db.query(sql`SELECT value FROM gateway`);
const elsewhere = () => `${file}.elsewhere`;

/** Moves what was committed into the database file itself, as the gateway does now and then. */
function checkpoint(): void {
  const other = new Sqlite(file);
  other.pragma('wal_checkpoint(TRUNCATE)');
  other.close();
}

describe('a database file that is taken away while it is used', () => {
  test.each([
    ['moved', () => renameSync(file, elsewhere())],
    ['deleted', () => rmSync(file)],
    [
      'replaced by another one',
      () => {
        copyFileSync(file, elsewhere());
        renameSync(elsewhere(), file);
      },
    ],
    ['left without its WAL', () => rmSync(`${file}-wal`)],
    ['left without its shared memory', () => rmSync(`${file}-shm`)],
    ['moved with its folder', () => renameSync(dirname(file), `${dirname(file)}.elsewhere`)],
  ])('takes no more writes when it is %s', async (_, takeAway) => {
    const begun = await db.begin();
    await begun.execute(sql`INSERT INTO gateway (name, value) VALUES ('begun', 'here')`);
    takeAway();
    await expect(begun.commit()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await begun.rollback();
    await expect(put('lost')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/moved, deleted or replaced while in use: put it back .* or restart the gateway/),
    });
    rmSync(`${dirname(file)}.elsewhere`, { recursive: true, force: true });
  });

  test('takes writes again when it is put back, and has all that was acknowledged', async () => {
    await put('before');
    renameSync(file, elsewhere());
    expect(await codes([put('lost')])).toEqual(['UNAVAILABLE']);
    renameSync(elsewhere(), file);
    await put('after');
    expect(await names()).toEqual(['before', 'after']);
  });

  test('is not taken for another one by the thread that reads much', async () => {
    renameSync(file, elsewhere());
    mkdirSync(file);
    expect(await codes([db.apart.query(sql`SELECT 1`)])).toEqual(['UNAVAILABLE']);
    rmSync(file, { recursive: true });
    renameSync(elsewhere(), file);
    expect(await db.apart.query(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
  });
});

describe('a database file that another program writes to', () => {
  const overwritten = {
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/another program wrote.*stop the gateway/),
  };

  test.each([
    ['another database', () => copyFileSync(elsewhere(), file)],
    ['a text', () => writeFileSync(file, 'x'.repeat(1_000_000))],
    ['nothing', () => truncateSync(file)],
    ['half of itself', () => truncateSync(file, readFileSync(file).length / 2)],
  ])('is neither read nor written when it holds %s', async (_, overwrite) => {
    await migrate(`sqlite:${elsewhere()}`);
    await put('before');
    overwrite();
    await expect(put('lost')).rejects.toMatchObject(overwritten);
    await expect(read()).rejects.toMatchObject(overwritten);
    await expect(db.apart.query(sql`SELECT 1`)).rejects.toMatchObject(overwritten);
  });

  test('is found out when it is an older copy of itself, before a transaction that has begun is committed', async () => {
    checkpoint();
    copyFileSync(file, elsewhere());
    await put('later');
    checkpoint();
    await put('in the WAL');
    const begun = await db.begin();
    await begun.execute(sql`INSERT INTO gateway (name, value) VALUES ('begun', 'here')`);
    copyFileSync(elsewhere(), file);
    await expect(begun.commit()).rejects.toMatchObject(overwritten);
    await begun.rollback();
  });

  test('goes on if nothing but its time of modification has changed', async () => {
    await put('before');
    utimesSync(file, new Date(), new Date());
    await put('after');
    expect(await names()).toEqual(['before', 'after']);
  });

  test('goes on if it is SQLite: other connections, a checkpoint, a VACUUM', async () => {
    for (const statement of [
      "INSERT INTO gateway VALUES ('other', 'here')",
      'PRAGMA wal_checkpoint(TRUNCATE)',
      'VACUUM',
    ]) {
      const other = new Sqlite(file);
      other.exec(statement);
      await put(statement);
      checkpoint();
      await put(`after ${statement}`);
      other.close();
    }
    expect(await names()).toHaveLength(7);
  });

  test('goes on through checkpoints of its own', async () => {
    await put('row');
    for (let run = 0; run < 3; run++) {
      await transaction(db, async (tx) => {
        for (let size = 0; size < 6; size++) {
          await tx.execute(sql`UPDATE gateway SET value = ${String(run).repeat(1_000_000)} WHERE name = 'row'`);
        }
      });
    }
    const [row] = await db.query<{ value: string }>(sql`SELECT value FROM gateway WHERE name = 'row'`);
    expect(row!.value).toBe('2'.repeat(1_000_000));
  });
});
