import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import { areInOrder, fromRanges, positionsOf } from '../../database/position-ranges.js';
import type { Key } from '../../database/row-encoding.js';
import { type RowSelection, rowQueryOf } from '../../database/row-query.js';
import type { PositionRange } from '../../database/tables.js';

/** What each row of a feed has beside the columns that were asked for. */
export interface AuditRow {
  readonly feedPosition: number;
}

/** A row as it is read, before its position is known. */
interface ReadRow {
  readonly feedId: number;
  feedPosition?: number;
}

const feedKeys: readonly Key[] = [{ name: 'feedId', value: 't.id', kind: 'number' }];

interface Choice {
  /** What must hold of an audit besides. */
  readonly matching: Sql | undefined;
  readonly limit: number;
}

/** The first audits, as `t`, of spans of at most MAX_POSITIONS, with what is wanted of them, in the order of their positions. */
export async function readRanges<Row extends AuditRow>(
  db: Db,
  ranges: readonly PositionRange[],
  rowSelection: RowSelection,
  { matching, limit }: Choice,
): Promise<Row[]> {
  if (ranges.length === 0) return [];
  const inOrder = areInOrder(ranges);
  const rowQuery = rowQueryOf<Row & ReadRow>(db, rowSelection, feedKeys);
  const rows: (Row & ReadRow)[] = await rowQuery.rows(
    sql`SELECT ${rowQuery.select} FROM ${fromRanges(db, ranges)}${matching ? sql` AND ${matching}` : empty}
        ORDER BY t.id ${inOrder ? raw(`LIMIT ${limit}`) : empty}`,
  );
  const positions = positionsOf(
    ranges,
    rows.map(({ feedId }) => feedId),
  );
  for (const [n, row] of rows.entries()) (row as ReadRow).feedPosition = positions[n]!;
  if (inOrder) return rows;
  return rows.sort((a, b) => a.feedPosition - b.feedPosition).slice(0, limit);
}
