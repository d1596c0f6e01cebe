import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Db } from './db.js';
import type { SortDirection } from './dialects/dialect.js';
import type { Reading } from './reading.js';

/** A place in an order: the value that is ordered by, and the id among equals. */
export interface Place {
  readonly value: string | number | null;
  readonly id: number;
}

/** One index range that rows are read from: those for which `where` holds, in the order of (column, id). */
export interface Arm {
  /** Left to the engine where it is undefined. Of the rows' table, or of `via` where that has the order. */
  readonly index: string | undefined;
  readonly via?: Via;
  readonly where: Sql;
  /** What must hold of its rows besides, and what its index does not tell. */
  readonly besides?: Sql | undefined;
}

/** A table, as `v`, that leads to the rows. */
export interface Via {
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
  readonly arms: readonly Arm[];
  /** What must hold besides. */
  readonly where: Sql;
  /** Bounds of the column: `from` is within, `to` is not. Where either is given, NULL is not within. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Places, within the bounds or not: the bounds hold all the same. */
  readonly behind: Place | undefined;
  readonly ahead: Place | undefined;
  readonly limit: number;
  /** Makes of a subquery of `id` a derived table of these rows. Left out, they are read from `table`. */
  readonly shown?: ((ids: Sql) => Sql) | undefined;
}

/**
 * The first `limit` rows behind a place, by keyset: the millionth page reads as much as the first. Several arms are read
 * for themselves, each by its index and no further than the page is long, then merged.
 */
export function readPage<Row>(db: Db, { select, rows }: Reading<Row>, asked: PageQuery): Promise<Row[]> {
  const query = withoutRedundantBounds(asked);
  const { table, limit, shown } = query;
  const spans = spansOf(db, query);
  if (spans.length === 1 && !shown) return rows(spanText(db, query, spans[0]!, select));
  const keysOf = (span: Span) => raw(`${orderedIn(span)}.id, ${orderedIn(span)}.${query.column}`);
  const parts = spans.map(
    (span, n) => sql`SELECT * FROM (${spanText(db, query, span, keysOf(span))}) ${raw(`span${n}`)}`,
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
  const spans = spansOf(db, query).map((span) => ({ ...span, besides: undefined }));
  const offset = Math.ceil(count / spans.length) - 1;
  const parts = spans.map((span, n) => {
    const alias = orderedIn(span);
    const select = raw(`${alias}.${query.column} AS value, ${alias}.id AS id`);
    return sql`SELECT * FROM (${spanText(db, query, span, select)} OFFSET ${offset}) ${raw(`place${n}`)}`;
  });
  return db.query<Place>(join(parts, ' UNION ALL '));
}

/** What rows are counted. */
type CountQuery = Pick<PageQuery, 'table' | 'arms' | 'where' | 'column' | 'from' | 'to'>;

/** How many rows there are, and how long it took to count them. */
interface Counted {
  readonly count: number;
  readonly milliseconds: number;
}

/** Counts the rows that the arms hold. */
export async function countRows({ apart: db }: Db, query: CountQuery): Promise<Counted> {
  const parts = query.arms.map(
    (arm) =>
      sql`SELECT COUNT(*) AS n FROM ${fromArm(db, query.table, arm)}
          WHERE ${allOf(arm)} AND ${query.where}${within(query, orderedIn(arm))}`,
  );
  const { rows, milliseconds } = await db.timed<{ n: number }>(join(parts, ' UNION ALL '));
  return { count: rows.reduce((sum, { n }) => sum + n, 0), milliseconds };
}

/** Counts the rows of the arms, but no further than `most`. */
export async function countRowsTo({ apart: db }: Db, query: CountQuery, most: number): Promise<Counted> {
  const parts = query.arms.map(
    (arm, n) => sql`SELECT * FROM (SELECT 1 AS row_found FROM ${fromArm(db, query.table, arm)}
      WHERE ${arm.where} AND ${query.where}${within(query, orderedIn(arm))} LIMIT ${most}) ${raw(`counted${n}`)}`,
  );
  const { rows, milliseconds } = await db.timed<{ n: number }>(
    sql`SELECT COUNT(*) AS n FROM (${join(parts, ' UNION ALL ')} LIMIT ${most}) counted`,
  );
  return { count: rows[0]!.n, milliseconds };
}

/** FROM of an arm: the rows as `t`, found by its index. */
export function fromArm(db: Db, table: string, { index, via }: Arm): Sql {
  const hint = index ? db.dialect.useIndex(index) : '';
  if (!via) return raw(`${table} t ${hint}`);
  const [ofVia, ofRows] = via.hasOrder ? [hint, ''] : ['', hint];
  return sql`${via.table} v ${raw(`${ofVia} ${db.dialect.joinInOrder} ${table} t ${ofRows} ON ${via.on}`)}`;
}

/** All that holds of the rows of an arm. */
function allOf({ where, besides }: Arm): Sql {
  return besides ? sql`${where} AND ${besides}` : where;
}

/** What is left of an arm behind a place. */
interface Span extends Arm {
  /** Whether the column is NULL all over. Then rows come by id: no engine sees that they are in the column's order too. */
  readonly isNull: boolean;
}

/** The rows, or what leads to them. */
type Alias = 't' | 'v';

type Range = Pick<Span, 'where' | 'isNull'>;

function spansOf(db: Db, query: PageQuery): Span[] {
  const { arms, behind, direction } = query;
  if (!behind) return arms.map((arm) => ({ ...arm, isNull: false }));
  return arms.flatMap((arm) =>
    rangesBeyond(db, query, orderedIn(arm), behind, direction).map(({ where, isNull }) => ({
      ...arm,
      where: sql`${arm.where} AND ${where}`,
      isNull,
    })),
  );
}

function spanText(db: Db, query: PageQuery, span: Span, select: Sql): Sql {
  const { table, ahead, direction, limit } = query;
  const alias = orderedIn(span);
  const ranges = ahead ? rangesBeyond(db, query, alias, ahead, opposite(direction)).map((range) => range.where) : [];
  const before = ahead ? sql` AND (${join(ranges, ' OR ')})` : empty;
  return sql`SELECT ${select} FROM ${fromArm(db, table, span)}
    WHERE ${allOf(span)} AND ${query.where}${within(query, alias)}${before}
    ${span.isNull ? raw(`ORDER BY ${alias}.id ${direction}`) : orderBy(query, alias)} LIMIT ${limit}`;
}

/** The table that has the order of an arm. */
function orderedIn({ via }: Arm): Alias {
  return via?.hasOrder ? 'v' : 't';
}

/**
 * Keeps of a bound and a place on the same side the one that lies further in, which implies the other. An engine may begin
 * its range at either of two conditions: at a `from` beside a place behind, it would read all earlier pages again.
 */
function withoutRedundantBounds(query: PageQuery): PageQuery {
  const { direction, behind, ahead, isNullable } = query;
  let { from, to } = query;
  // Where a bound is given, NULL is not within.
  const mayBeNull = isNullable && from === undefined && to === undefined;
  let [lower, upper] = direction === 'ASC' ? [behind, ahead] : [ahead, behind];
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
  return { ...query, from, to, behind: first, ahead: last, isNullable: mayBeNull };
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
    where: db.dialect.rowsBehind(`${alias}.${column}`, `${alias}.id`, value, id, direction),
    isNull: false,
  };
  return direction === 'DESC' && isNullable ? [rows, { where: sql`${ordered} IS NULL`, isNull: true }] : [rows];
}

export function opposite(direction: SortDirection): SortDirection {
  return direction === 'ASC' ? 'DESC' : 'ASC';
}
