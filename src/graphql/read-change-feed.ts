import sql, { join, raw, type Sql } from 'sql-template-tag';
import { type ChangingModule, EVERY_VIEWER } from '../database/positions.js';
import { type EntityClass, selectList, tableOf } from '../database/rows.js';
import { type Actor, actorOf, type Context } from './context.js';
import { type ChangeFeed, ChangeKind } from './feed.js';
import { FeedCursors } from './feed-cursor.js';
import { neededColumns } from './needs.js';
import { checkSize } from './page-arguments.js';
import { putRawList } from './raw-lists.js';
import { type TextList, type TextRow, textList } from './row-text.js';
import type { Selection } from './selection.js';
import { pageServed } from './served.js';

interface FeedSource {
  readonly module: ChangingModule;
  readonly entity: EntityClass;
  /** The rows, as `t`, that an actor may see. */
  readonly visibleTo: (actor: Actor) => Sql;
}

interface FeedArguments {
  after?: string | null;
  first: number;
}

type Row = Record<string, unknown> & TextRow & { feedPosition: number; feedId: number; isDeleted: number };

/**
 * A page of records and tombstones behind a position. They are read by one statement: read apart, a tombstone could
 * move the cursor past a change that was committed between the two.
 */
export async function readChangeFeed(
  context: Context,
  source: FeedSource,
  { after, first }: FeedArguments,
  selection: Selection,
): Promise<ChangeFeed> {
  checkSize(actorOf(context), 'first', first, 1);
  const cursors = await FeedCursors.of(context, source.module);
  const place = after ? cursors.decode(after) : { position: 0, since: null };
  const text = textList<Row>(context.db.dialect, source.entity, selection.under('changes'), memberOf);
  const rows = await context.db.query<Row>(statement(context, source, place.position, first + 1, selection, text));
  const caughtUp = rows.length <= first;
  if (!caughtUp) rows.pop();
  if (rows.length === 0) await cursors.checkReached(place);
  pageServed(context, { module: source.module, rows: rows.length, caughtUp });
  const position = rows.at(-1)?.feedPosition ?? place.position;
  if (text) putRawList(context, text.path, rows.map(text.write));
  return {
    changes: text ? [] : rows.map((row) => ({ kind: kindOf(row), id: row.feedId, node: row.isDeleted ? null : row })),
    nextCursor: cursors.encode({ position, since: null }),
    caughtUp,
  };
}

function kindOf({ isDeleted }: Row): ChangeKind {
  return isDeleted ? ChangeKind.DELETE : ChangeKind.UPSERT;
}

/** The JSON of what a change has beside its node. */
function memberOf(row: Row, name: string): string {
  return name === 'kind' ? `"${kindOf(row)}"` : `"${row.feedId}"`;
}

function statement(
  context: Context,
  source: FeedSource,
  position: number,
  limit: number,
  selection: Selection,
  text: TextList<Row> | undefined,
): Sql {
  const { dialect } = context.db;
  const actor = actorOf(context);
  const viewer = actor.scope === 'ALL' ? EVERY_VIEWER : actor.userId;
  const needed = neededColumns(source.entity, selection.under('changes').under('node'));
  const table = raw(tableOf(source.entity).name);
  const columnsOfRow = needed.length > 0 ? [selectList(dialect, source.entity, needed, 't')] : [];
  const select = join([
    raw('f.position AS feedPosition, f.id AS feedId, f.isDeleted AS isDeleted'),
    ...(text ? [raw(`CASE f.isDeleted WHEN 0 THEN ${text.json} END AS json`)] : columnsOfRow),
  ]);
  const index = raw(dialect.useIndex(`${tableOf(source.entity).name}_position`));
  return sql`SELECT ${select} FROM (
      SELECT * FROM (
        SELECT * FROM (SELECT t.position, t.id, 0 AS isDeleted FROM ${table} t ${index}
          WHERE t.position > ${position} AND ${source.visibleTo(actor)} ORDER BY t.position LIMIT ${limit}) live
        UNION ALL
        SELECT * FROM (SELECT d.position, d.record_id AS id, 1 AS isDeleted FROM tombstones d
          WHERE d.module = ${source.module} AND d.viewer_id = ${viewer} AND d.position > ${position}
          ORDER BY d.position LIMIT ${limit}) dead
      ) merged ORDER BY position LIMIT ${limit}
    ) f LEFT JOIN ${table} t ON t.id = f.id AND f.isDeleted = 0
    ORDER BY f.position`;
}
