import type { Sql } from 'sql-template-tag';
import { cutSpans, MOST_POSITIONS, spansBehind } from '../../database/audit-spans.js';
import { LARGE_PAGE } from '../../database/bounded-page.js';
import { Module } from '../../database/module.js';
import type { Wanted } from '../../database/reading.js';
import type { WrittenRow } from '../../database/written-rows.js';
import { actorOf, type Context } from '../../graphql/context.js';
import type { NodeFeed } from '../../graphql/pages/feed.js';
import { FeedCursors, type FeedPlace } from '../../graphql/pages/feed-cursor.js';
import { all, checkLists, isWithin } from '../../graphql/pages/filters.js';
import { checkSize } from '../../graphql/pages/page-arguments.js';
import type { FeedPage } from '../../graphql/pages/read-change-feed.js';
import { neededOf, textList } from '../../graphql/rows/text-list.js';
import type { Selection } from '../../graphql/selection.js';
import { pageServed, rowsExamined } from '../../graphql/served.js';
import { readAudited } from '../resources/resource.queries.js';
import type { AuditFilter } from './audit.inputs.js';
import { Audit } from './audit.js';
import { matches, servedRange, visibleAudits } from './audit.queries.js';
import { type AuditRow, readSpans } from './audit.spans.js';
import { stepUntilNow } from './retention/expiry.js';

/** Positions that one page may pass over where not every audit is wanted, so that it costs the same however few are. */
const WINDOW = 100_000;

/** Ids that one statement may name. */
const MOST_AUDITED = 1_000;

interface AuditFeedArguments {
  after?: string | null;
  first: number;
  since?: string | null;
  filter?: AuditFilter | null;
}

type Row = WrittenRow & AuditRow;

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
  const wanted = text?.wanted ?? neededOf(context, Audit, nodes);
  const start = cursors.start(after, since);
  const { rows, place, caughtUp } = await readAuditsBehind<Row>(context, cursors, start, first, wanted, filter);
  await text?.put(rows);
  return { nodes: text ? [] : rows, nextCursor: cursors.encode(place), caughtUp, hasMore: !caughtUp };
}

/**
 * A page of at most `size` audits behind a place, with what is wanted of them. Where few match it may be short, or empty,
 * before the feed is caught up.
 */
export async function readAuditsBehind<Row extends AuditRow>(
  context: Context,
  cursors: FeedCursors,
  place: FeedPlace,
  size: number,
  wanted: Wanted,
  filter?: AuditFilter | null,
): Promise<FeedPage<Row>> {
  const { db } = context;
  const isNew = place.step === null;
  const wantsAll = isAll(context, filter, place);
  // Read before the resources that the actor sees and before the rows: what stands up to its end is visible to both.
  const behind = await spansBehind(db, isNew ? null : place.position, wantsAll ? size : WINDOW);
  const begun = { position: behind.start, step: place.step ?? behind.step };
  if (behind.last < begun.position) await cursors.checkReached(place);
  const reads = wantsAll && size <= LARGE_PAGE ? db : db.apart;
  const matching = wantsAll ? undefined : await conditions(context, filter, place);
  const rows: Row[] = [];
  // Of those that match it takes one more to know that there are more.
  const limit = wantsAll ? size : size + 1;
  let from = begun.position;
  for (let count = size; from < behind.end && rows.length < limit; count = Math.min(4 * count, MOST_POSITIONS)) {
    const spans = cutSpans(behind.spans, from, from + count);
    rows.push(...(await readSpans<Row>(reads, spans, wanted, { matching, limit: limit - rows.length })));
    from += count;
  }
  const more = rows.length > size;
  if (more) rows.length = size;
  const position = more ? rows.at(-1)!.feedPosition : behind.end;
  const caughtUp = position >= behind.last;
  // A feed that begins now has missed nothing; nor has one where every position had its audit.
  const isWhole = isNew || (wantsAll && rows.length === position - begun.position);
  const step = isWhole ? begun.step : await stepUntilNow(db, begun, servedSince(context, place));
  if (!wantsAll) rowsExamined(context, Math.min(from, behind.end) - begun.position);
  pageServed(context, { module: Module.AUDITS, rows: rows.length, caughtUp });
  return { rows, place: { position, since: place.since, step }, caughtUp };
}

/** Whether every audit is wanted. */
function isAll(context: Context, filter: AuditFilter | null | undefined, { since }: FeedPlace): boolean {
  const { scope, bounds } = actorOf(context);
  return scope === 'ALL' && !filter && !since && !bounds?.since;
}

/** What occurred before it is not served to the actor, or not asked for. */
function servedSince(context: Context, { since }: FeedPlace): string | null {
  return servedRange(actorOf(context), since ? { from: since } : null)?.from ?? null;
}

/** What must hold of an audit besides its position. */
async function conditions(
  context: Context,
  filter: AuditFilter | null | undefined,
  { since }: FeedPlace,
): Promise<Sql> {
  const actor = actorOf(context);
  const audited = actor.scope === 'ALL' ? undefined : await readAudited(context, MOST_AUDITED);
  const served = isWithin(context.db, 't.occurred_at', servedRange(actor, since ? { from: since } : null));
  return all(visibleAudits(actor, audited), matches(filter), served);
}
