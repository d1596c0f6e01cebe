import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Db } from './db.js';
import type { SortDirection } from './dialects/dialect.js';
import type { RowQuery } from './row-query.js';

/** A place in an order: the value that is ordered by, and the id among equals. */
export interface Place {
  readonly value: string | number | null;
  readonly id: number;
}

/** One index range that rows are read from: those for which `where` holds, in the order of (column, id). */
export interface Branch {
  /** Left to the engine where it is undefined. Of the rows' table, or of `joinPath` where that has the order. */
  readonly index: string | undefined;
  readonly joinPath?: JoinPath;
  readonly where: Sql;
  /** What must hold of its rows besides, and what its index does not tell. */
  readonly residual?: Sql | undefined;
}

/** A table, as `v`, that leads to the rows. */
export interface JoinPath {
  readonly table: Sql;
  /** Which rows a row of it leads to. */
  readonly on: string;
  /** Whether it has the rows' `id` and the column that they are ordered by; else the arm is in no order, and read to its end. */
  readonly hasOrder: boolean;
}

export interface PageQuery {
  readonly table: string;
  readonly column: string;
  readonly isNullable: boolean;
  readonly direction: SortDirection;
  /** No row may be in two of them. */
  readonly branches: readonly Branch[];
  /** What must hold besides. */
  readonly where: Sql;
  /** Bounds of the column: `from` is within, `to` is not. Where either is given, NULL is not within. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Places, within the bounds or not: the bounds hold all the same. */
  readonly after: Place | undefined;
  readonly before: Place | undefined;
  readonly limit: number;
  /** Makes of a subquery of `id` a derived table of these rows. Left out, they are read from `table`. */
  readonly shown?: ((ids: Sql) => Sql) | undefined;
}

/**
 * The first `limit` rows behind a place, by keyset: the millionth page reads as much as the first. Several arms are read
 * for themselves, each by its index and no further than the page is long, then merged.
 */
export function readPage<Row>(db: Db, { select, rows }: RowQuery<Row>, asked: PageQuery): Promise<Row[]> {
  const query = withoutRedundantBounds(asked);
  const { table, limit, shown } = query;
  const scans = scansOf(db, query);
  if (scans.length === 1 && !shown) return rows(scanText(db, query, scans[0]!, select));
  const keysOf = (scan: RangeScan) => raw(`${orderedIn(scan)}.id, ${orderedIn(scan)}.${query.column}`);
  const parts = scans.map(
    (scan, n) => sql`SELECT * FROM (${scanText(db, query, scan, keysOf(scan))}) ${raw(`scan${n}`)}`,
  );
  const order = (alias: string) => orderBy(query, alias);
  const keys = sql`SELECT * FROM (${join(parts, ' UNION ALL ')}) merged ${order('merged')} LIMIT ${limit}`;
  if (shown) return rows(sql`SELECT ${select} FROM ${shown(keys)} t ${order('t')}`);
  return rows(
    sql`SELECT ${select} FROM (${keys}) k
        JOIN ${raw(table)} t ON t.id = k.id ${order('k')}`,
  );
}

/** The places of the rows that end the first `count` rows of the arms, taken alike from each that has so many. */
export async function placesAt(db: Db, asked: PageQuery, count: number): Promise<Place[]> {
  const query = { ...withoutRedundantBounds(asked), where: sql`1 = 1`, limit: 1 };
  const scans = scansOf(db, query).map((scan) => ({ ...scan, residual: undefined }));
  const offset = Math.ceil(count / scans.length) - 1;
  const parts = scans.map((scan, n) => {
    const alias = orderedIn(scan);
    const select = raw(`${alias}.${query.column} AS value, ${alias}.id AS id`);
    return sql`SELECT * FROM (${scanText(db, query, scan, select)} OFFSET ${offset}) ${raw(`place${n}`)}`;
  });
  return db.query<Place>(join(parts, ' UNION ALL '));
}

/** What rows are counted. */
type CountQuery = Pick<PageQuery, 'table' | 'branches' | 'where' | 'column' | 'from' | 'to'>;

/** How many rows there are, and how long it took to count them. */
interface Counted {
  readonly count: number;
  readonly milliseconds: number;
}

/** Counts the rows that the arms hold. */
export async function countRows({ apart: db }: Db, query: CountQuery): Promise<Counted> {
  const parts = query.branches.map(
    (branch) =>
      sql`SELECT COUNT(*) AS n FROM ${fromBranch(db, query.table, branch)}
          WHERE ${allOf(branch)} AND ${query.where}${within(query, orderedIn(branch))}`,
  );
  const { rows, milliseconds } = await db.timed<{ n: number }>(join(parts, ' UNION ALL '));
  return { count: rows.reduce((sum, { n }) => sum + n, 0), milliseconds };
}

/** Counts the rows of the arms, but no further than `most`. */
export async function countRowsTo({ apart: db }: Db, query: CountQuery, most: number): Promise<Counted> {
  const parts = query.branches.map(
    (branch, n) => sql`SELECT * FROM (SELECT 1 AS row_found FROM ${fromBranch(db, query.table, branch)}
      WHERE ${branch.where} AND ${query.where}${within(query, orderedIn(branch))} LIMIT ${most}) ${raw(`counted${n}`)}`,
  );
  const { rows, milliseconds } = await db.timed<{ n: number }>(
    sql`SELECT COUNT(*) AS n FROM (${join(parts, ' UNION ALL ')} LIMIT ${most}) counted`,
  );
  return { count: rows[0]!.n, milliseconds };
}

/** FROM of an arm: the rows as `t`, found by its index. */
export function fromBranch(db: Db, table: string, { index, joinPath }: Branch): Sql {
  const hint = index ? db.dialect.useIndex(index) : '';
  if (!joinPath) return raw(`${table} t ${hint}`);
  const [ofPath, ofRows] = joinPath.hasOrder ? [hint, ''] : ['', hint];
  return sql`${joinPath.table} v ${raw(`${ofPath} ${db.dialect.joinInOrder} ${table} t ${ofRows} ON ${joinPath.on}`)}`;
}

/** All that holds of the rows of an arm. */
function allOf({ where, residual }: Branch): Sql {
  return residual ? sql`${where} AND ${residual}` : where;
}

/** What is left of an arm behind a place. */
interface RangeScan extends Branch {
  /** Whether the column is NULL all over. Then rows come by id: no engine sees that they are in the column's order too. */
  readonly isNull: boolean;
}

/** The rows, or what leads to them. */
type Alias = 't' | 'v';

type Range = Pick<RangeScan, 'where' | 'isNull'>;

function scansOf(db: Db, query: PageQuery): RangeScan[] {
  const { branches, after, direction } = query;
  if (!after) return branches.map((branch) => ({ ...branch, isNull: false }));
  return branches.flatMap((branch) =>
    rangesBeyond(db, query, orderedIn(branch), after, direction).map(({ where, isNull }) => ({
      ...branch,
      where: sql`${branch.where} AND ${where}`,
      isNull,
    })),
  );
}

function scanText(db: Db, query: PageQuery, scan: RangeScan, select: Sql): Sql {
  const { table, before, direction, limit } = query;
  const alias = orderedIn(scan);
  const ranges = before ? rangesBeyond(db, query, alias, before, opposite(direction)).map((range) => range.where) : [];
  const isBefore = before ? sql` AND (${join(ranges, ' OR ')})` : empty;
  return sql`SELECT ${select} FROM ${fromBranch(db, table, scan)}
    WHERE ${allOf(scan)} AND ${query.where}${within(query, alias)}${isBefore}
    ${scan.isNull ? raw(`ORDER BY ${alias}.id ${direction}`) : orderBy(query, alias)} LIMIT ${limit}`;
}

/** The table that has the order of an arm. */
function orderedIn({ joinPath }: Branch): Alias {
  return joinPath?.hasOrder ? 'v' : 't';
}

/**
 * Keeps of a bound and a place on the same side the one that lies further in, which implies the other. An engine may begin
 * its range at either of two conditions: at a `from` beside a place behind, it would read all earlier pages again.
 */
function withoutRedundantBounds(query: PageQuery): PageQuery {
  const { direction, after, before, isNullable } = query;
  let { from, to } = query;
  // Where a bound is given, NULL is not within.
  const mayBeNull = isNullable && from === undefined && to === undefined;
  let [lower, upper] = direction === 'ASC' ? [after, before] : [before, after];
  if (from !== undefined && lower) {
    if (lower.value !== null && lower.value >= from) from = undefined;
    else lower = undefined;
  }
  // Nothing within bounds comes before a place of NULL: both are kept.
  if (to !== undefined && upper && upper.value !== null) {
    if (upper.value < to) to = undefined;
    else upper = undefined;
  }
  const [first, last] = direction === 'ASC' ? [lower, upper] : [upper, lower];
  return { ...query, from, to, after: first, before: last, isNullable: mayBeNull };
}

function within({ column, from, to }: Pick<PageQuery, 'column' | 'from' | 'to'>, alias: Alias): Sql {
  const ordered = raw(`${alias}.${column}`);
  const left = from === undefined ? empty : sql` AND ${ordered} >= ${from}`;
  const right = to === undefined ? empty : sql` AND ${ordered} < ${to}`;
  return sql`${left}${right}`;
}

function orderBy({ column, direction }: PageQuery, alias: string): Sql {
  return raw(`ORDER BY ${alias}.${column} ${direction}, ${alias}.id ${direction}`);
}

/**
 * The ranges of an index (column, id) that lie beyond a place in a direction; no row is in two of them. NULL comes first
 * in ascending order, on every engine.
 */
function rangesBeyond(db: Db, query: PageQuery, alias: Alias, { value, id }: Place, direction: SortDirection): Range[] {
  const { column, isNullable } = query;
  const ordered = raw(`${alias}.${column}`);
  const beyond = raw(direction === 'ASC' ? '>' : '<');
  if (value === null) {
    const nulls = { where: sql`${ordered} IS NULL AND ${raw(alias)}.id ${beyond} ${id}`, isNull: true };
    return direction === 'ASC' ? [nulls, { where: sql`${ordered} IS NOT NULL`, isNull: false }] : [nulls];
  }
  const rows = {
    where: db.dialect.rowsAfter(`${alias}.${column}`, `${alias}.id`, value, id, direction),
    isNull: false,
  };
  return direction === 'DESC' && isNullable ? [rows, { where: sql`${ordered} IS NULL`, isNull: true }] : [rows];
}

export function opposite(direction: SortDirection): SortDirection {
  return direction === 'ASC' ? 'DESC' : 'ASC';
}
