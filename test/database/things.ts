import fc from 'fast-check';
import sql from 'sql-template-tag';
import type { Database, Value } from '../../src/database/db.js';
import type { EngineName } from '../helpers/databases.js';

/** So many rows go in as a file where the server takes one. */
export const MANY = 250;

export const columns = ['id', 'a', 'b', 'n', 'flag'];

const awkward = ['\t', '\n', '\r', '\\', "'", '"', 'N', 'n', ' ', '%', '\x1a', '\x08', '😀', 'é', ','];
const aText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...awkward) }),
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom('', '\\N', 'NULL', '\\', '\\\\n', ' ', '\n', 'a\\', "'; --"),
);
const aNumber = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer().map((n) => n / 1000),
);
const aRow = fc.tuple(fc.option(aText), aText, fc.option(aNumber), fc.option(fc.boolean()));

/** Rows of every kind of value, with their keys. */
export const someRows = fc
  .array(aRow, { minLength: 1, maxLength: 40 })
  .map((rows) => rows.map((row, id): Value[] => [id, ...row]));

/** A table for them. */
export async function makeThings(db: Database, engine: EngineName): Promise<void> {
  if (engine === 'mariadb') await db.execute(sql`ALTER DATABASE CHARACTER SET utf8mb4`);
  await db.execute(
    sql`CREATE TABLE things (id BIGINT PRIMARY KEY, a MEDIUMTEXT, b MEDIUMTEXT NOT NULL, n DOUBLE, flag TINYINT)`,
  );
}

/** What the table holds of rows that are put into it, with others before them. */
export async function putAndRead(db: Database, rows: readonly Value[][], others = 0): Promise<unknown[]> {
  await db.execute(sql`DELETE FROM things`);
  await db.insertRows('things', columns, [...plainRows(others, 1_000_000), ...rows]);
  const read = await db.query<Record<string, unknown>>(sql`SELECT * FROM things WHERE id < 1000000 ORDER BY id`);
  return read.map((row) => columns.map((column) => row[column]));
}

export function plainRows(count: number, firstId = 0, text = 'x'): Value[][] {
  return Array.from({ length: count }, (_, index): Value[] => [firstId + index, text, text, 1, true]);
}
