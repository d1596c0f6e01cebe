import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Db } from '../../../database/db.js';
import { all, isWithin } from '../../../graphql/pages/filters.js';
import type { DateRange } from '../../../graphql/pages/page-arguments.js';
import { Width } from './buckets.js';
import type { CountTable } from './count-tables.js';
import { type Stretch, splitRange } from './split-range.js';
import { isFar, isNear, watermark } from './watermark.js';

/** What a question selects of a table, with the same columns from both that it reads. */
export interface Asked {
  readonly select: Sql;
  readonly where: Sql;
  readonly groupBy: Sql;
}

/** A question to a table of counts, as `c`, and to audits, as `t`, where counts do not tell. */
export interface RollupQuestion {
  readonly range: DateRange | null | undefined;
  readonly counts: Asked & { readonly table: CountTable };
  /** With the index of audits that leads to them in a range. */
  readonly audits: Asked & { readonly index: string };
}

/**
 * The SELECTs, joined by UNION ALL, that together hold each audit of a range once: as a part of a count, or as a row of
 * audits. Whole buckets come from counts; what is behind the watermark, and what a range cuts of a bucket, from audits.
 * They are one statement and see one moment, so that no audit is counted twice or left out while a rollup worker moves on.
 *
 * Where the rollup worker is far behind, or is clearing, every audit is counted from audits. The engine finds that out by
 * itself, from one row that all else is joined to.
 */
export function rollupQuery(db: Db, question: RollupQuestion): Sql {
  const { audits, counts, range } = question;
  const split = splitRange(range, counts.table.widths);
  const index = raw(db.dialect.useIndex(audits.index));
  const within = (part: DateRange) => all(audits.where, isWithin(db, 't.occurred_at', part));
  const parts = split.edges.map((edge) => selected(audits, sql`audits t ${index}`, within(edge)));
  if (split.rolledUp) {
    const { stretch, whole } = split.rolledUp;
    const then = raw(db.dialect.joinInOrder);
    const state = watermark(db);
    const unrolled = sql`audit_spans s ON s.first_position > w.position ${then} audits t ${raw(db.dialect.useKey('audits'))}
      ON t.id BETWEEN s.first_audit_id AND s.first_audit_id + s.audit_count - 1`;
    parts.push(
      countsIn(db, counts, stretch),
      selected(audits, sql`${state} ${then} ${unrolled}`, all(isNear, within(whole))),
      selected(audits, sql`${state} ${then} audits t ${index}`, all(isFar, within(whole))),
    );
  }
  return join(parts, ' UNION ALL ');
}

function countsIn(db: Db, counts: RollupQuestion['counts'], stretch: Stretch): Sql {
  const from = sql`${watermark(db)} ${raw(db.dialect.joinInOrder)} ${raw(counts.table.name)} c`;
  return selected(counts, from, all(isNear, counts.where, isIn(stretch)));
}

function selected({ select, groupBy }: Asked, from: Sql, where: Sql): Sql {
  return sql`SELECT ${select} FROM ${from} WHERE ${where} GROUP BY ${groupBy}`;
}

function isIn({ width, from, to }: Stretch): Sql {
  if (width === Width.EVER) return sql`c.width = ${width} AND c.bucket = 0`;
  return sql`c.width = ${width}${from === undefined ? empty : sql` AND c.bucket >= ${from}`}${to === undefined ? empty : sql` AND c.bucket < ${to}`}`;
}
