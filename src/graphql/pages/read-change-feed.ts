import sql, { raw, type Sql } from 'sql-template-tag';
import { LARGE_PAGE } from '../../database/bounded-page.js';
import { type ChangingModule, EVERY_VIEWER, lastPosition } from '../../database/positions.js';
import type { EncodedRow, Key } from '../../database/row-encoding.js';
import { type RowSelection, rowQueryOf } from '../../database/row-query.js';
import { type EntityClass, tableOf } from '../../database/rows.js';
import { type Actor, actorOf, type Context } from '../context.js';
import { inSlices } from '../rows/loaders.js';
import { shownRows } from '../rows/shown-rows.js';
import { neededOf, textList } from '../rows/text-list.js';
import { pageRead, rowsExamined } from '../rows-read.js';
import type { Selection } from '../selection.js';
import { type ChangeFeed, ChangeKind } from './feed.js';
import { FeedCursors, type FeedPlace } from './feed-cursor.js';
import { checkSize } from './page-arguments.js';

/** A module whose records change, as a feature describes it. */
export interface FeedSource {
  readonly module: ChangingModule;
  readonly entity: EntityClass;
  /** The rows, as `t`, that an actor may see. */
  readonly visibleTo: (actor: Actor) => Sql;
}

interface FeedArguments {
  after?: string | null;
  first: number;
}

/** What each row of a feed has beside the columns that were asked for. */
export interface ChangeRow {
  readonly feedPosition: number;
  readonly feedId: number;
  readonly isDeleted: number;
}

type Row = EncodedRow & ChangeRow;

const feedKeys: readonly Key[] = [
  { name: 'feedPosition', value: 'f.position', kind: 'number' },
  { name: 'feedId', value: 'f.id', kind: 'number' },
  { name: 'isDeleted', value: 'f.isDeleted', kind: 'number' },
];

/** The same of rows that are shown in part, which have these beside their columns. */
const shownKeys: readonly Key[] = feedKeys.map(({ name, kind }) => ({ name, value: `t.${name}`, kind }));

/** A page of a feed. */
export interface FeedPage<Row> {
  readonly rows: Row[];
  /** Where the reader stands behind it. */
  readonly place: FeedPlace;
  readonly caughtUp: boolean;
}

/** Positions that one page may pass over for an actor who does not see everything, so that it costs the same however few it sees. */
const WINDOW = 100_000;

/** A page of records and tombstones behind a cursor. */
export async function readChangeFeed(
  context: Context,
  source: FeedSource,
  { after, first }: FeedArguments,
  selection: Selection,
): Promise<ChangeFeed> {
  checkSize(actorOf(context), 'first', first, 1);
  const cursors = await FeedCursors.of(context, source.module);
  const changes = selection.under('changes');
  const text = textList<Row>(context, source.entity, changes);
  const rowSelection = text?.rowSelection ?? neededOf(context, source.entity, changes.under('node'));
  const start = cursors.start(after);
  const { rows, place, caughtUp } = await readChanges<Row>(context, source, cursors, start, first, rowSelection);
  await text?.put(rows, memberOf);
  return {
    changes: text ? [] : inSlices(context, rows.map(changeOf)),
    nextCursor: cursors.encode(place),
    caughtUp,
    hasMore: !caughtUp,
  };
}

/**
 * A page of at most `size` records and tombstones behind a place, with what is wanted of the records. They are read
 * by one statement: read apart, a tombstone could move the cursor past a change that was committed between the two. If
 * the actor sees few records it may be short, or empty, before the feed is caught up.
 */
export async function readChanges<Row extends ChangeRow>(
  context: Context,
  source: FeedSource,
  cursors: FeedCursors,
  place: FeedPlace,
  size: number,
  rowSelection: RowSelection,
): Promise<FeedPage<Row>> {
  const actor = actorOf(context);
  const isScoped = actor.scope !== 'ALL';
  // Read before the rows: what stands up to it is visible to them.
  const last = isScoped ? await lastPosition(context.db, source.module) : 0;
  const end = isScoped && last - place.position > WINDOW ? place.position + WINDOW : undefined;
  const keys = shownRows(source.entity, actor) ? shownKeys : feedKeys;
  const rowQuery = rowQueryOf<Row>(isScoped || size > LARGE_PAGE ? context.db.apart : context.db, rowSelection, keys);
  const rows = await rowQuery.rows(statement(context, source, { ...place, end }, size + 1, rowQuery.select));
  const more = rows.length > size;
  if (more) rows.pop();
  if (rows.length === 0) await cursors.checkReached(place);
  const position = more ? rows.at(-1)!.feedPosition : (end ?? rows.at(-1)?.feedPosition ?? place.position);
  const caughtUp = !more && end === undefined;
  if (isScoped) rowsExamined(context, (caughtUp ? Math.max(last, position) : position) - place.position);
  pageRead(context, { module: source.module, rows: rows.length, caughtUp });
  return { rows, place: { ...place, position }, caughtUp };
}

function changeOf(row: Row) {
  return { kind: kindOf(row), id: row.feedId, node: row.isDeleted ? null : row };
}

function kindOf({ isDeleted }: Row): ChangeKind {
  return isDeleted ? ChangeKind.DELETE : ChangeKind.UPSERT;
}

/** The JSON of what a change has; of its node where there is none. */
function memberOf(row: Row, name: string): string | undefined {
  if (name === 'node') return row.isDeleted ? 'null' : undefined;
  return name === 'kind' ? `"${kindOf(row)}"` : `"${row.feedId}"`;
}

/** The rows behind a position, up to `end` if there is one. */
function statement(
  context: Context,
  source: FeedSource,
  { position, end }: { readonly position: number; readonly end: number | undefined },
  limit: number,
  select: Sql,
): Sql {
  const { dialect } = context.db;
  const actor = actorOf(context);
  const viewer = actor.scope === 'ALL' ? EVERY_VIEWER : actor.userId;
  const table = raw(tableOf(source.entity).name);
  const index = raw(dialect.useIndex(`${tableOf(source.entity).name}_position`));
  const within = (alias: string) => {
    const column = raw(`${alias}.position`);
    return end === undefined ? sql`${column} > ${position}` : sql`${column} > ${position} AND ${column} <= ${end}`;
  };
  const changes = sql`(SELECT * FROM (
        SELECT * FROM (SELECT t.position, t.id, 0 AS isDeleted FROM ${table} t ${index}
          WHERE ${within('t')} AND ${source.visibleTo(actor)} ORDER BY t.position LIMIT ${limit}) live
        UNION ALL
        SELECT * FROM (SELECT d.position, d.record_id AS id, 1 AS isDeleted FROM tombstones d
          WHERE d.module = ${source.module} AND d.viewer_id = ${viewer} AND ${within('d')}
          ORDER BY d.position LIMIT ${limit}) dead
      ) merged ORDER BY position LIMIT ${limit}) f`;
  const shown = shownRows(source.entity, actor);
  if (shown) {
    const ids = sql`SELECT f.position AS feedPosition, f.id AS feedId, f.isDeleted,
      CASE WHEN f.isDeleted = 0 THEN f.id END AS id FROM ${changes}`;
    const kept = feedKeys.map(({ name }) => name);
    return sql`SELECT ${select} FROM ${shown(ids, kept)} t ORDER BY t.feedPosition`;
  }
  return sql`SELECT ${select} FROM ${changes} LEFT JOIN ${table} t ON t.id = f.id AND f.isDeleted = 0
    ORDER BY f.position`;
}
