import type { Sql } from 'sql-template-tag';
import { LARGE_PAGE } from '../../database/bounded-page.js';
import { Module } from '../../database/module.js';
import { cutRanges, MAX_POSITIONS, rangesAfter } from '../../database/position-ranges.js';
import type { EncodedRow } from '../../database/row-encoding.js';
import type { RowSelection } from '../../database/row-query.js';
import { actorOf, type Context } from '../../graphql/context.js';
import type { NodeFeed } from '../../graphql/pages/feed.js';
import { FeedCursors, type FeedPlace } from '../../graphql/pages/feed-cursor.js';
import { all, checkLists, isWithin } from '../../graphql/pages/filters.js';
import { checkSize } from '../../graphql/pages/page-arguments.js';
import type { FeedPage } from '../../graphql/pages/read-change-feed.js';
import { inSlices } from '../../graphql/rows/loaders.js';
import { neededOf, textList } from '../../graphql/rows/text-list.js';
import { pageRead, rowsExamined } from '../../graphql/rows-read.js';
import type { Selection } from '../../graphql/selection.js';
import { readAudited } from '../resources/resource.queries.js';
import type { AuditFilter } from './audit.inputs.js';
import { Audit } from './audit.js';
import { type AuditRow, readRanges } from './audit.position-ranges.js';
import { matches, readableRange, visibleAudits } from './audit.queries.js';
import { stepUntilNow } from './retention/expiry.js';

/** Positions that one page may pass over where not every audit is wanted, so that it costs the same however few are. */
const WINDOW = 100_000;

/** Ids that one statement may name. */
const MAX_AUDITED = 1_000;

interface AuditFeedArguments {
  after?: string | null;
  first: number;
  since?: string | null;
  filter?: AuditFilter | null;
}

type Row = EncodedRow & AuditRow;

/** A page of audits behind a cursor. */
export async function readAuditFeed(
  context: Context,
  { after, first, since = null, filter }: AuditFeedArguments,
  selection: Selection,
): Promise<NodeFeed> {
  checkSize(actorOf(context), 'first', first, 1);
  checkLists(filter);
  const cursors = await FeedCursors.of(context, Module.AUDITS, filter ?? {});
  const nodes = selection.under('nodes');
  const text = textList<Row>(context, Audit, nodes);
  const rowSelection = text?.rowSelection ?? neededOf(context, Audit, nodes);
  const start = cursors.start(after, since);
  const { rows, place, caughtUp } = await readAuditsAfter<Row>(context, cursors, start, first, rowSelection, filter);
  await text?.put(rows);
  return {
    nodes: text ? [] : inSlices(context, rows),
    nextCursor: cursors.encode(place),
    caughtUp,
    hasMore: !caughtUp,
  };
}

/**
 * A page of at most `size` audits behind a place, with what is wanted of them. Where few match it may be short, or empty,
 * before the feed is caught up.
 */
export async function readAuditsAfter<Row extends AuditRow>(
  context: Context,
  cursors: FeedCursors,
  place: FeedPlace,
  size: number,
  rowSelection: RowSelection,
  filter?: AuditFilter | null,
): Promise<FeedPage<Row>> {
  const { db } = context;
  const isNew = place.step === null;
  const wantsAll = isAll(context, filter, place);
  // Read before the resources that the actor sees and before the rows: what stands up to its end is visible to both.
  const ahead = await rangesAfter(db, isNew ? null : place.position, wantsAll ? size : WINDOW);
  const begun = { position: ahead.start, step: place.step ?? ahead.step };
  if (ahead.last < begun.position) await cursors.checkReached(place);
  const reads = wantsAll && size <= LARGE_PAGE ? db : db.apart;
  const matching = wantsAll ? undefined : await conditions(context, filter, place);
  const rows: Row[] = [];
  // Of those that match it takes one more to know that there are more.
  const limit = wantsAll ? size : size + 1;
  let from = begun.position;
  for (let count = size; from < ahead.end && rows.length < limit; count = Math.min(4 * count, MAX_POSITIONS)) {
    const ranges = cutRanges(ahead.ranges, from, from + count);
    rows.push(...(await readRanges<Row>(reads, ranges, rowSelection, { matching, limit: limit - rows.length })));
    from += count;
  }
  const more = rows.length > size;
  if (more) rows.length = size;
  const position = more ? rows.at(-1)!.feedPosition : ahead.end;
  const caughtUp = position >= ahead.last;
  // A feed that begins now has missed nothing; nor has one where every position had its audit.
  const isWhole = isNew || (wantsAll && rows.length === position - begun.position);
  const step = isWhole ? begun.step : await stepUntilNow(db, begun, readableSince(context, place));
  if (!wantsAll) rowsExamined(context, Math.min(from, ahead.end) - begun.position);
  pageRead(context, { module: Module.AUDITS, rows: rows.length, caughtUp });
  return { rows, place: { position, since: place.since, step }, caughtUp };
}

/** Whether every audit is wanted. */
function isAll(context: Context, filter: AuditFilter | null | undefined, { since }: FeedPlace): boolean {
  const { scope, bounds } = actorOf(context);
  return scope === 'ALL' && !filter && !since && !bounds?.since;
}

/** What occurred before it is not served to the actor, or not asked for. */
function readableSince(context: Context, { since }: FeedPlace): string | null {
  return readableRange(actorOf(context), since ? { from: since } : null)?.from ?? null;
}

/** What must hold of an audit besides its position. */
async function conditions(
  context: Context,
  filter: AuditFilter | null | undefined,
  { since }: FeedPlace,
): Promise<Sql> {
  const actor = actorOf(context);
  const audited = actor.scope === 'ALL' ? undefined : await readAudited(context, MAX_AUDITED);
  const isReadable = isWithin(context.db, 't.occurred_at', readableRange(actor, since ? { from: since } : null));
  return all(visibleAudits(actor, audited), matches(filter), isReadable);
}
