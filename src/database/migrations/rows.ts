import type { QueryRunner } from 'typeorm';

type Row = Record<string, string | number>;

/** Inserts a row unless one with its key is there: an earlier start may have been killed behind it. */
export async function insertMissing(
  queryRunner: QueryRunner,
  table: string,
  key: Row,
  others: Row = {},
): Promise<void> {
  const isKey = Object.keys(key).map((column) => `${column} = ?`);
  const found = await queryRunner.query(`SELECT 1 FROM ${table} WHERE ${isKey.join(' AND ')}`, Object.values(key));
  if (found.length > 0) return;
  const row = { ...key, ...others };
  const columns = Object.keys(row);
  await queryRunner.query(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    Object.values(row),
  );
}

/** The ranges (after, to] of so many numbers that lie behind one and up to another, for statements that shall not grow with a table. */
export function* stepsBetween(from: number, to: number, size: number): Generator<[after: number, to: number]> {
  for (let after = from; after < to; after += size) yield [after, after + size];
}

/** The number that a query gives as `n`. Drivers give sums as text. */
export async function numberOf(queryRunner: QueryRunner, query: string): Promise<number> {
  const [{ n }] = await queryRunner.query(query);
  return Number(n);
}
