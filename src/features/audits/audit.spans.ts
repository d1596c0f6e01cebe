import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { areInOrder, fromSpans, positionsOf } from '../../database/audit-spans.js';
import type { Db } from '../../database/db.js';
import { readingOf, type Wanted } from '../../database/reading.js';
import type { AuditSpan } from '../../database/tables.js';
import type { Key } from '../../database/written-rows.js';

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

/** The first audits, as `t`, of spans of at most MOST_POSITIONS, with what is wanted of them, in the order of their positions. */
export async function readSpans<Row extends AuditRow>(
  db: Db,
  spans: readonly AuditSpan[],
  wanted: Wanted,
  { matching, limit }: Choice,
): Promise<Row[]> {
  if (spans.length === 0) return [];
  const inOrder = areInOrder(spans);
  const reading = readingOf<Row & ReadRow>(db, wanted, feedKeys);
  const rows: (Row & ReadRow)[] = await reading.rows(
    sql`SELECT ${reading.select} FROM ${fromSpans(db, spans)}${matching ? sql` AND ${matching}` : empty}
        ORDER BY t.id ${inOrder ? raw(`LIMIT ${limit}`) : empty}`,
  );
  const positions = positionsOf(
    spans,
    rows.map(({ feedId }) => feedId),
  );
  for (const [n, row] of rows.entries()) (row as ReadRow).feedPosition = positions[n]!;
  if (inOrder) return rows;
  return rows.sort((a, b) => a.feedPosition - b.feedPosition).slice(0, limit);
}
