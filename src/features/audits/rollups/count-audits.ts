import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Db } from '../../../database/db.js';
import { all, isOneOf } from '../../../graphql/pages/filters.js';
import type { DateRange } from '../../../graphql/pages/page-arguments.js';
import { bucketIn } from './add-audits.js';
import { Width } from './buckets.js';
import type { CountTable, Dimension } from './count-tables.js';
import { rollupQuery } from './rollup-query.js';

/** How many audits a range has, and of what. */
export interface AuditsAsked {
  readonly range: DateRange | null | undefined;
  /** What to tell apart: columns of the table, or the bucket, a quarter of an hour in UTC. */
  readonly by: readonly (Dimension | 'bucket')[];
  /** Only audits with one of these values in a column of the table. */
  readonly only?: Partial<Record<Dimension, readonly (string | number)[]>>;
}

/** Values of what was to be told apart, by the columns' names, and how many audits have them. */
export type AuditsCounted<By extends string = Dimension | 'bucket'> = Readonly<
  Record<By & ('bucket' | 'resource_id'), number> & Record<Exclude<By, 'bucket' | 'resource_id'>, string>
> & { readonly audits: number };

/** Counts audits, as one moment has them and exactly, by what a table of counts tells apart. */
export function countAudits<By extends Dimension | 'bucket'>(
  db: Db,
  table: CountTable,
  { range, by, only = {} }: AuditsAsked & { readonly by: readonly By[] },
): Promise<AuditsCounted<By>[]> {
  const named = Object.entries(only) as [Dimension, readonly (string | number)[]][];
  const asked = (alias: string, bucket: Sql, audits: string) => {
    const columns = by.map((name) => (name === 'bucket' ? bucket : raw(`${alias}.${name}`)));
    const labelled = columns.map((column, n) => sql`${column} AS ${raw(by[n]!)}`);
    return {
      select: join([...labelled, raw(`${audits} AS audits`)]),
      where: all(sql`1 = 1`, ...named.map(([name, values]) => among(alias, name, values))),
      groupBy: columns.length > 0 ? join(columns) : sql`1 = 1`,
    };
  };
  const hasResource = table.dimensions.includes('resource_id');
  const audits = asked('t', bucketIn(db, Width.QUARTER), 'COUNT(*)');
  const counted = rollupQuery(db, {
    range,
    counts: { table, ...asked('c', raw('c.bucket'), 'SUM(c.audits)') },
    audits: {
      ...audits,
      where: hasResource ? sql`${audits.where} AND t.resource_id IS NOT NULL` : audits.where,
      index: indexOf(named),
    },
  });
  const columns = by.map((name) => raw(name));
  return db.query(
    sql`SELECT ${join([...columns, sql`CAST(SUM(audits) AS SIGNED) AS audits`])} FROM (${counted}) u
        GROUP BY ${columns.length > 0 ? join(columns) : sql`1 = 1`}`,
  );
}

/** Audits are found by the ids of their operators' names. */
function among(alias: string, name: Dimension, values: readonly (string | number)[]): Sql {
  if (alias === 'c' || name !== 'operated_by') return isOneOf(`${alias}.${name}`, values);
  return sql`t.operator_name_id IN (SELECT n.id FROM user_names n WHERE ${isOneOf('n.name', values)})`;
}

/** The index of audits that leads to the fewest of a range. */
function indexOf(named: readonly [Dimension, unknown][]): string {
  const columns = named.map(([name]) => name);
  const fewest = (['resource_id', 'operated_by', 'operation', 'category'] as const).find((name) =>
    columns.includes(name),
  );
  return fewest === 'operated_by' ? 'audits_operator' : `audits_${fewest ?? 'occurred_at'}`;
}
