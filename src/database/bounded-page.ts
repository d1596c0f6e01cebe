import type { Db } from './db.js';
import { type PageQuery, type Place, placesAt, readPage } from './keyset-page.js';
import type { RowQuery } from './row-query.js';

/** Rows that one page looks through at most. */
export const MAX_EXAMINED = 100_000;

/** Pages of more rows are read apart: encoding them takes long where the database runs in the process. */
export const LARGE_PAGE = 2_000;

/** How much more a page looks through at once than before, first for each row that is wanted. */
const GROWTH = 5;

export interface BoundedPage<Row> {
  readonly rows: Row[];
  /** The place up to which was read if there may be more rows beyond it; undefined if the page is full, or the list ends. */
  readonly reached: Place | undefined;
  /** About how many rows were looked through. */
  readonly examined: number;
}

/**
 * As `readPage`, for a list whose arms hold rows that its condition rejects: it looks through about `most` rows, in growing
 * parts, and then says where it has come to.
 */
export async function readBoundedPage<Row>(
  db: Db,
  rowQuery: RowQuery<Row>,
  query: PageQuery,
  most = MAX_EXAMINED,
): Promise<BoundedPage<Row>> {
  const rows: Row[] = [];
  let { after } = query;
  let examined = 0;
  for (let part = GROWTH * query.limit; ; part *= GROWTH) {
    const size = Math.min(part, most - examined);
    const edge = firstOf(await placesAt(db, { ...query, after }, size), query);
    const limit = query.limit - rows.length;
    const before = edge ? including(edge, query) : query.before;
    for (const row of await readPage(db, rowQuery, { ...query, after, before, limit })) rows.push(row);
    examined += size;
    if (!edge || rows.length >= query.limit) return { rows, reached: undefined, examined };
    if (examined >= most) return { rows, reached: edge, examined };
    after = edge;
  }
}

/** The place right behind another: ids are whole numbers. */
function including({ value, id }: Place, { direction }: PageQuery): Place {
  return { value, id: direction === 'ASC' ? id + 1 : id - 1 };
}

function firstOf(places: readonly Place[], { direction }: PageQuery): Place | undefined {
  const sorted = places.toSorted(compare);
  return direction === 'ASC' ? sorted[0] : sorted.at(-1);
}

/** NULL comes before everything. */
function compare(a: Place, b: Place): number {
  if (a.value === b.value) return a.id - b.id;
  if (a.value === null) return -1;
  if (b.value === null) return 1;
  return a.value < b.value ? -1 : 1;
}
