import type { EncodedRow } from '../../database/row-encoding.js';
import type { RowSelection } from '../../database/row-query.js';
import type { Context } from '../../graphql/context.js';
import type { Cursors } from '../../graphql/pages/cursor.js';
import { FeedCursors } from '../../graphql/pages/feed-cursor.js';
import {
  cursorsOfRows,
  type List,
  type ListRow,
  listCursors,
  placeOf,
  readListPage,
} from '../../graphql/pages/read-connection.js';
import { AppError } from '../../lib/app-error.js';
import type { FeedRow, FlatModule } from './flat-module.js';
import type { FlatQuery } from './flat-query.js';

/** A row as the database wrote it. */
export interface FlatRow extends EncodedRow {
  /** Of what was deleted, in the feed of a module whose records change. */
  readonly isDeleted?: number;
  readonly feedId?: number;
}

/** Reads the rows of an answer, page by page, each page by statements of its own. */
export interface RowReader {
  readonly isFeed: boolean;
  /** Whether every record of the module is read. */
  readonly isWhole: boolean;
  read(size: number): Promise<{ rows: FlatRow[]; more: boolean }>;
  cursorsOf(rows: readonly FlatRow[]): string[];
  /** Where the reader stands: behind the last page; null at the beginning of a list. */
  cursor(): string | null;
}

type TextRow<Row> = FlatRow & Row;

/**
 * The reader of what a query asks for; `last` is the module's last position, where a feed ends for this time.
 * @throws AppError BAD_CURSOR, RESYNC_REQUIRED
 */
export async function openRows(
  context: Context,
  flat: FlatModule,
  query: FlatQuery,
  rowSelection: RowSelection,
  last: number,
): Promise<RowReader> {
  const { after, range } = query;
  const list = await flat.list(context, range);
  const cursors = await listCursors(context, list);
  const goesOn = after !== null && (range !== null || isOf(cursors, list, after));
  if (after !== null && !goesOn) return openFeed(context, flat, after, rowSelection, last);
  return openList(context, flat, query, rowSelection, cursors, list);
}

function openList(
  context: Context,
  flat: FlatModule,
  { range, after }: FlatQuery,
  rowSelection: RowSelection,
  cursors: Cursors,
  first: List,
): RowReader {
  let place = placeOf(cursors, first, after);
  return {
    isFeed: false,
    isWhole: first.isWhole && !place,
    read: async (size) => {
      // What the actor may see of it may be less by now.
      const list = await flat.list(context, range);
      const page = { size, backward: false, after: place, before: undefined };
      const { rows, more, reached } = await readListPage<TextRow<ListRow>>(context, list, page, rowSelection);
      const end = reached ?? rows.at(-1);
      if (end) place = { value: end.sortValue, id: end.sortId };
      return { rows, more };
    },
    cursorsOf: (rows) => cursorsOfRows(cursors, rows as readonly TextRow<ListRow>[]),
    cursor: () => (place ? cursors.encode(place.value, place.id) : null),
  };
}

async function openFeed(
  context: Context,
  flat: FlatModule,
  after: string,
  rowSelection: RowSelection,
  last: number,
): Promise<RowReader> {
  const cursors = await FeedCursors.of(context, flat.module);
  let place = cursors.start(after);
  await cursors.checkReached(place);
  return {
    isFeed: true,
    isWhole: false,
    read: async (size) => {
      const page = await flat.readAfter<TextRow<FeedRow>>(context, cursors, place, size, rowSelection);
      place = page.place;
      // What is written meanwhile is for the next time: else a slow reader would never come to an end.
      return { rows: page.rows, more: !page.caughtUp && place.position < last };
    },
    cursorsOf: (rows) => {
      const positions = (rows as readonly TextRow<FeedRow>[]).map(({ feedPosition }) => feedPosition);
      return cursors.encodeAll(positions.map((position) => ({ ...place, position })));
    },
    cursor: () => cursors.encode(place),
  };
}

function isOf(cursors: Cursors, list: List, cursor: string): boolean {
  try {
    placeOf(cursors, list, cursor);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
