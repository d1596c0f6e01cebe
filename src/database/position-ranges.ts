import sql, { join, raw, type Sql } from 'sql-template-tag';
import { chunks } from '../lib/chunks.js';
import { BLOCK_SIZE } from './audit-ids.js';
import type { Db } from './db.js';
import { Module } from './module.js';
import type { PositionRange } from './tables.js';

/** Spans that are read at once, where each holds few audits. */
const MAX_RANGES = 10_000;

/** Positions of which one statement may read the audits: SQLite takes 32,766 parameters. */
export const MAX_POSITIONS = 20_000;

/** A span with fewer audits is read by their ids: past some hundred ranges MariaDB needs longer to put them together than to read them. */
const WIDE = 64;

/** Ids of one IN list: from 1,000 on MariaDB makes a subquery of it. */
const IDS_AT_ONCE = 900;

/** Ranges of one statement. */
const RANGES_AT_ONCE = 200;

/** Before the first audit that is kept. */
const BEGINNING = sql`(SELECT COALESCE(MIN(first_position), 1) - 1 FROM audit_spans)`;

/** The spans behind a position, as far as they were read. */
export interface RangesAfter {
  /** The position that they are behind. */
  readonly start: number;
  /** How many removals of audits there had been. */
  readonly step: number;
  readonly ranges: readonly PositionRange[];
  /** Everything up to this position is within the spans, but for what was removed. */
  readonly end: number;
  /** The module's last position. */
  readonly last: number;
}

/**
 * The spans of the `count` positions behind a position, or behind what was removed of the beginning where it is null, or of
 * fewer where they are many; the first and last are cut to them. Whatever stands up to `end` was committed before, so that a
 * later statement sees it.
 */
export async function rangesAfter(db: Db, position: number | null, count: number): Promise<RangesAfter> {
  const start = position === null ? BEGINNING : sql`${position}`;
  const rows = await db.query<
    { last: number; step: number; start: number } & (PositionRange | { firstPosition: null })
  >(
    sql`SELECT p.position AS last, r.step, ${start} AS start, s.first_position AS firstPosition, s.first_audit_id AS firstAuditId,
          s.audit_count AS auditCount
        FROM positions p JOIN audit_retention r ON r.id = 1 LEFT JOIN (
          SELECT * FROM audit_spans
          WHERE first_position >= (SELECT COALESCE(MAX(first_position), 0) FROM audit_spans WHERE first_position <= ${start} + 1)
            AND first_position <= ${start} + ${count}
          ORDER BY first_position LIMIT ${MAX_RANGES}) s ON 1 = 1
        WHERE p.module = ${Module.AUDITS}`,
  );
  const { last, step } = rows[0]!;
  const from = Number(rows[0]!.start);
  const found = rows.flatMap((row) => (row.firstPosition === null ? [] : [row as PositionRange]));
  found.sort((a, b) => a.firstPosition - b.firstPosition);
  const reached = found.length < MAX_RANGES ? Number.POSITIVE_INFINITY : lastOf(found.at(-1)!);
  const end = Math.min(from + count, last, reached);
  return { start: from, step, ranges: merged(cutRanges(found, from, end)), end: Math.max(end, from), last };
}

/** What stands of spans behind one position and up to another. */
export function cutRanges(ranges: readonly PositionRange[], after: number, upTo: number): PositionRange[] {
  return ranges.flatMap((range) => {
    const before = Math.max(0, after + 1 - range.firstPosition);
    const auditCount = Math.min(range.auditCount, upTo + 1 - range.firstPosition) - before;
    if (auditCount <= 0) return [];
    const { firstPosition, firstAuditId } = range;
    return [{ firstPosition: firstPosition + before, firstAuditId: firstAuditId + before, auditCount }];
  });
}

/** FROM and WHERE of the audits, as `t`, of spans: of one or more, which have at most MAX_POSITIONS. They are read by their key. */
export function fromRanges(db: Db, ranges: readonly PositionRange[]): Sql {
  const wide = ranges.filter(({ auditCount }) => auditCount >= WIDE);
  const ids = ranges.filter(({ auditCount }) => auditCount < WIDE).flatMap(idsOf);
  const conditions = [
    ...wide.map((range) => sql`t.id BETWEEN ${range.firstAuditId} AND ${range.firstAuditId + range.auditCount - 1}`),
    ...chunks(ids, IDS_AT_ONCE).map((part) => sql`t.id IN (${join(part)})`),
  ];
  return sql`audits t ${raw(db.dialect.useKey('audits'))} WHERE (${join(conditions, ' OR ')})`;
}

/** Whether audits that are ordered by their ids are in the order of their positions. */
export function areInOrder(ranges: readonly PositionRange[]): boolean {
  return ranges.every(({ firstAuditId }, n) => n === 0 || ranges[n - 1]!.firstAuditId < firstAuditId);
}

/** The position of each audit that has one of the ids, which rise. */
export function positionsOf(ranges: readonly PositionRange[], ids: readonly number[]): number[] {
  const byId = areInOrder(ranges) ? ranges : [...ranges].sort((a, b) => a.firstAuditId - b.firstAuditId);
  let at = 0;
  return ids.map((id) => {
    while (id >= byId[at]!.firstAuditId + byId[at]!.auditCount) at += 1;
    return byId[at]!.firstPosition + (id - byId[at]!.firstAuditId);
  });
}

/** The spans that have the audits of these ids, which rise, in the order of their ids. */
export async function rangesOf(db: Db, ids: readonly number[]): Promise<PositionRange[]> {
  const found: PositionRange[] = [];
  for (const part of chunks(blockRanges(ids), RANGES_AT_ONCE)) {
    const conditions = part.map(({ first, end }) => sql`(first_audit_id >= ${first} AND first_audit_id < ${end})`);
    const ranges = await db.query<PositionRange>(
      sql`SELECT first_position AS firstPosition, first_audit_id AS firstAuditId, audit_count AS auditCount
          FROM audit_spans WHERE ${join(conditions, ' OR ')} ORDER BY first_audit_id`,
    );
    for (const range of ranges) found.push(range);
  }
  let at = 0;
  return found.filter(({ firstAuditId, auditCount }) => {
    while (at < ids.length && ids[at]! < firstAuditId) at += 1;
    return at < ids.length && ids[at]! < firstAuditId + auditCount;
  });
}

/** The blocks that ids were taken from, one after the other as one range: no span has ids of two. */
function blockRanges(ids: readonly number[]): { first: number; end: number }[] {
  const ranges: { first: number; end: number }[] = [];
  for (const id of ids) {
    const first = id - (id % BLOCK_SIZE);
    const last = ranges.at(-1);
    if (last && first <= last.end) last.end = first + BLOCK_SIZE;
    else ranges.push({ first, end: first + BLOCK_SIZE });
  }
  return ranges;
}

function lastOf({ firstPosition, auditCount }: PositionRange): number {
  return firstPosition + auditCount - 1;
}

function idsOf({ firstAuditId, auditCount }: PositionRange): number[] {
  return Array.from({ length: auditCount }, (_, n) => firstAuditId + n);
}

/** The same with fewer spans, where one goes on in the next. */
function merged(ranges: readonly PositionRange[]): PositionRange[] {
  const result: PositionRange[] = [];
  for (const range of ranges) {
    const before = result.at(-1);
    const goesOn =
      before &&
      range.firstPosition === before.firstPosition + before.auditCount &&
      range.firstAuditId === before.firstAuditId + before.auditCount;
    if (goesOn) before.auditCount += range.auditCount;
    else result.push({ ...range });
  }
  return result;
}
