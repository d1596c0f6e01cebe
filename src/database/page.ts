import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Db } from './db.js';
import type { SortDirection } from './dialects/dialect.js';

/** A place in an order: the value that is ordered by, and the id among equals. */
export interface Place {
  readonly value: string | number | null;
  readonly id: number;
}

/** One index range that rows are read from: those for which `where` holds, in the order of (column, id). */
export interface Arm {
  /** Left to the engine where it is undefined. */
  readonly index: string | undefined;
  readonly where: Sql;
}

export interface PageQuery {
  readonly table: string;
  /** The select list; the table is `t`. */
  readonly select: Sql;
  readonly column: string;
  readonly isNullable: boolean;
  readonly direction: SortDirection;
  /** No row may be in two of them. */
  readonly arms: readonly Arm[];
  /** What must hold besides. */
  readonly where: Sql;
  readonly behind: Place | undefined;
  readonly ahead: Place | undefined;
  readonly limit: number;
}

/**
 * The first `limit` rows behind a place, by keyset: the millionth page reads as much as the first. Several arms are read
 * for themselves, each by its index and no further than the page is long, then merged.
 */
export function readPage<Row>(db: Db, query: PageQuery): Promise<Row[]> {
  const { table, select, arms, limit } = query;
  const order = (alias: string) => orderBy(query, alias);
  if (arms.length === 1) {
    return db.query<Row>(sql`${armText(db, query, arms[0]!, select)} ${order('t')} LIMIT ${limit}`);
  }
  const keys = sql`t.id, t.${raw(query.column)}`;
  const parts = arms.map(
    (arm, n) => sql`SELECT * FROM (${armText(db, query, arm, keys)} ${order('t')} LIMIT ${limit}) ${raw(`arm${n}`)}`,
  );
  return db.query<Row>(
    sql`SELECT ${select} FROM (SELECT * FROM (${join(parts, ' UNION ALL ')}) merged ${order('merged')} LIMIT ${limit}) k
        JOIN ${raw(table)} t ON t.id = k.id ${order('k')}`,
  );
}

/** How many rows the arms hold. */
export async function countRows(db: Db, query: Pick<PageQuery, 'table' | 'arms' | 'where'>): Promise<number> {
  const parts = query.arms.map(
    ({ index, where }) =>
      sql`SELECT COUNT(*) AS n FROM ${raw(query.table)} t ${hint(db, index)} WHERE ${where} AND ${query.where}`,
  );
  const rows = await db.query<{ n: number }>(join(parts, ' UNION ALL '));
  return rows.reduce((sum, { n }) => sum + n, 0);
}

function armText(db: Db, query: PageQuery, arm: Arm, select: Sql): Sql {
  const { table, where, behind, ahead, direction } = query;
  const after = behind ? sql` AND ${beyond(db, query, behind, direction)}` : empty;
  const before = ahead ? sql` AND ${beyond(db, query, ahead, opposite(direction))}` : empty;
  return sql`SELECT ${select} FROM ${raw(table)} t ${hint(db, arm.index)}
    WHERE ${arm.where} AND ${where}${after}${before}`;
}

function hint(db: Db, index: string | undefined): Sql {
  return index ? raw(db.dialect.useIndex(index)) : empty;
}

function orderBy({ column, direction }: PageQuery, alias: string): Sql {
  return raw(`ORDER BY ${alias}.${column} ${direction}, ${alias}.id ${direction}`);
}

/** Rows that come after a place in a direction. NULL comes first in ascending order, on every engine. */
function beyond(db: Db, { column, isNullable }: PageQuery, { value, id }: Place, direction: SortDirection): Sql {
  const t = raw(`t.${column}`);
  if (value === null) {
    return direction === 'ASC' ? sql`(${t} IS NOT NULL OR t.id > ${id})` : sql`(${t} IS NULL AND t.id < ${id})`;
  }
  const rows = db.dialect.rowsBehind(`t.${column}`, 't.id', value, id, direction);
  return isNullable && direction === 'DESC' ? sql`(${rows} OR ${t} IS NULL)` : rows;
}

export function opposite(direction: SortDirection): SortDirection {
  return direction === 'ASC' ? 'DESC' : 'ASC';
}
