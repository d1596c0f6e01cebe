import type { Sql } from 'sql-template-tag';
import { type BoundedPage, LARGE_PAGE, readBoundedPage } from '../../database/bounded-page.js';
import type { Db } from '../../database/db.js';
import type { SortDirection } from '../../database/dialects/dialect.js';
import {
  type Branch,
  countRows,
  countRowsTo,
  opposite,
  type PageQuery,
  type Place,
  readPage,
} from '../../database/keyset-page.js';
import type { Module } from '../../database/module.js';
import { countRecords } from '../../database/positions.js';
import type { EncodedRow } from '../../database/row-encoding.js';
import { type RowSelection, rowQueryOf } from '../../database/row-query.js';
import { type EntityClass, tableOf } from '../../database/rows.js';
import { actorOf, type Context } from '../context.js';
import { inSlices } from '../rows/loaders.js';
import { keyOf } from '../rows/row-text.js';
import { shownRows } from '../rows/shown-rows.js';
import { neededOf, type TextList, textList } from '../rows/text-list.js';
import { pageRead, rowsExamined, timeSpent } from '../rows-read.js';
import type { Selection } from '../selection.js';
import type { Connection } from './connection.js';
import { Cursors } from './cursor.js';
import type { CursorPart } from './cursor-values.js';
import { isAlways } from './filters.js';
import { type DateRange, type PageArguments, pageSize } from './page-arguments.js';

/** A bounded list, as a feature describes it. */
export interface List {
  readonly module: Module;
  readonly entity: EntityClass;
  /** The property that it is ordered by; then comes the id. */
  readonly orderBy: string;
  readonly direction: SortDirection;
  /** The bounds of the property that it is ordered by. */
  readonly range: DateRange | null | undefined;
  readonly branches: readonly Branch[];
  readonly where: Sql;
  /** Where the same rows are counted faster. */
  readonly counted?: Pick<List, 'branches' | 'where'>;
  /** Whether every record of the module is in it. */
  readonly isWhole: boolean;
  /** What a cursor is bound to. */
  readonly boundTo: Readonly<Record<string, unknown>> & { readonly filter: object | null | undefined };
}

/** What each row of a list has beside the columns that were asked for: its place. */
export interface ListRow {
  readonly sortValue: string | number | null;
  readonly sortId: number;
}

type Row = EncodedRow & ListRow;

/** Reads what the operation selects of a page, and no more. */
export async function readConnection(
  context: Context,
  list: List,
  args: PageArguments,
  selection: Selection,
): Promise<Connection<object>> {
  const { size, backward } = pageSize(actorOf(context), args);
  const cursors = await listCursors(context, list);
  const after = placeOf(cursors, list, args.after);
  const before = placeOf(cursors, list, args.before);
  const text = textOf(context, list.entity, selection);
  const wantsRows = selection.has('nodes') || selection.has('edges') || selection.has('pageInfo');
  const page = { size, backward, after, before };
  const nodes = [selection.under('nodes'), selection.under('edges').under('node')];
  const rowSelection = text?.rowSelection ?? neededOf(context, list.entity, ...nodes);
  const [{ rows, more, reached }, totalCount] = await Promise.all([
    wantsRows ? readListPage<Row>(context, list, page, rowSelection) : nothing,
    selection.has('totalCount') ? count(context, list) : 0,
  ]);
  const edges = selection.has('edges') && selection.under('edges').has('cursor') ? cursorsOfRows(cursors, rows) : [];
  await text?.put(rows, (_, name, at) => (name === 'cursor' ? `"${edges[at]}"` : undefined));
  const cursorOf = (row: ListRow | undefined) => (row ? cursorsOfRows(cursors, [row])[0]! : null);
  return {
    nodes: text ? [] : inSlices(context, rows),
    edges:
      selection.has('edges') && !text
        ? inSlices(
            context,
            rows.map((node, at) => ({ node, cursor: edges[at]! })),
          )
        : [],
    pageInfo: {
      hasNextPage: backward ? before !== undefined : more,
      hasPreviousPage: backward ? more : after !== undefined,
      startCursor: cursorOf(backward ? (reached ?? rows[0]) : rows[0]),
      endCursor: cursorOf(backward ? rows.at(-1) : (reached ?? rows.at(-1))),
    },
    totalCount,
  };
}

/** How the one list of a page is written, `nodes` or `edges`; undefined where rows are resolved. */
function textOf(context: Context, entity: EntityClass, selection: Selection): TextList<Row> | undefined {
  const lists = ['nodes', 'edges'].filter((field) => selection.has(field));
  if (lists.length !== 1) return undefined;
  return textList<Row>(context, entity, selection.under(lists[0]!));
}

/** The cursors of a list's rows. */
export function listCursors({ db }: Context, list: List): Promise<Cursors> {
  const { boundTo, module, orderBy, direction } = list;
  return Cursors.of(db, { ...boundTo, list: module, orderBy, direction });
}

/** The cursors of a list's rows, in their order. */
export function cursorsOfRows(cursors: Cursors, rows: readonly ListRow[]): string[] {
  return cursors.encodeAll(rows.map(({ sortValue, sortId }) => [sortValue, sortId]));
}

/**
 * The place that a cursor of a list stands for.
 * @throws AppError BAD_CURSOR
 */
export function placeOf(cursors: Cursors, list: List, cursor: string | null | undefined): Place | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const { isTime, isNullable } = tableOf(list.entity).columns.get(list.orderBy)!;
  const part: CursorPart = `${isTime ? 'time' : 'text'}${isNullable ? '?' : ''}`;
  const [value, id] = cursors.decode(cursor, [part, 'number']);
  return { value: value!, id: id as number };
}

export interface ListPage {
  readonly size: number;
  readonly backward: boolean;
  readonly after: Place | undefined;
  readonly before: Place | undefined;
}

/** More ranges than these are read apart: each of them is read as far as a page is long. */
const FEW_BRANCHES = 8;

const nothing = { rows: [], more: false, reached: undefined };

/**
 * At most `size` rows of a list in its order, with what is wanted of them, and whether there may be more beyond them: beyond
 * `reached` if the page ended because it had looked through too many rows.
 */
export async function readListPage<Row extends ListRow>(
  context: Context,
  list: List,
  page: ListPage,
  rowSelection: RowSelection,
): Promise<{ rows: Row[]; more: boolean; reached: ListRow | undefined }> {
  const { rows, reached, examined } = await readRows<Row>(
    context,
    list,
    { ...page, size: page.size + 1 },
    rowSelection,
  );
  const isFull = rows.length > page.size;
  if (isFull) rows.pop();
  const more = isFull || reached !== undefined;
  if (page.backward) rows.reverse();
  // A page that is looked at for something else says nothing of an import.
  const isLast = !more && !page.backward && !page.before && !list.boundTo.filter;
  rowsExamined(context, examined);
  pageRead(context, { module: list.module, rows: rows.length, caughtUp: isLast || null });
  return { rows, more, reached: reached && { sortValue: sortValueOf(list, reached), sortId: reached.id } };
}

/** The rows of a page from its end inwards: where it is read backward they come in reverse. */
async function readRows<Row>(
  context: Context,
  list: List,
  { size, backward, after, before }: ListPage,
  rowSelection: RowSelection,
): Promise<BoundedPage<Row>> {
  const { db } = context;
  const { name: table, columns } = tableOf(list.entity);
  const order = columns.get(list.orderBy)!;
  const keys = [keyOf(list.entity, list.orderBy, 'sortValue'), keyOf(list.entity, 'id', 'sortId')];
  const compared = (place: Place | undefined): Place | undefined =>
    place && order.isTime && place.value !== null
      ? { ...place, value: db.dialect.timeValue(place.value as string) }
      : place;
  const query: PageQuery = {
    table,
    column: order.name,
    isNullable: order.isNullable,
    direction: backward ? opposite(list.direction) : list.direction,
    branches: list.branches,
    where: list.where,
    ...boundsOf(db, list),
    after: compared(backward ? before : after),
    before: compared(backward ? after : before),
    limit: size,
    shown: shownRows(list.entity, actorOf(context)),
  };
  const rejects = !isAlways(list.where) || list.branches.some(({ residual }) => residual);
  const reads = rejects || list.branches.length > FEW_BRANCHES || size > LARGE_PAGE ? db.apart : db;
  const rowQuery = rowQueryOf<Row>(reads, rowSelection, keys);
  if (rejects) return readBoundedPage<Row>(reads, rowQuery, query);
  return { rows: await readPage<Row>(reads, rowQuery, query), reached: undefined, examined: 0 };
}

/** The value of a place as rows have it: RFC 3339, if it is a time. */
function sortValueOf({ entity, orderBy }: List, { value }: Place): ListRow['sortValue'] {
  if (typeof value !== 'string' || !tableOf(entity).columns.get(orderBy)!.isTime) return value;
  return `${value.slice(0, 10)}T${value.slice(11, 23)}Z`;
}

async function count(context: Context, list: List): Promise<number> {
  const { db } = context;
  if (list.isWhole) return countRecords(db, list.module);
  const counted = await countRows(db, countQueryOf(db, list));
  timeSpent(context, counted.milliseconds);
  return counted.count;
}

/** Counts the rows of a list, but no further than `most`; one that has every record of its module, to its end. */
export async function countListTo(context: Context, list: List, most: number): Promise<number> {
  const { db } = context;
  if (list.isWhole) return countRecords(db, list.module);
  const counted = await countRowsTo(db, countQueryOf(db, list), most);
  timeSpent(context, counted.milliseconds);
  return counted.count;
}

function countQueryOf(db: Db, list: List) {
  const { name: table, columns } = tableOf(list.entity);
  const { branches, where } = list.counted ?? list;
  return { table, column: columns.get(list.orderBy)!.name, branches, where, ...boundsOf(db, list) };
}

function boundsOf({ dialect }: Db, { range }: List): Pick<PageQuery, 'from' | 'to'> {
  return {
    from: range?.from ? dialect.timeValue(range.from) : undefined,
    to: range?.to ? dialect.timeValue(range.to) : undefined,
  };
}
