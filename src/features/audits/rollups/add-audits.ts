import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Db, Transaction } from '../../../database/db.js';
import { secondsOf, Width } from './buckets.js';
import { type CountTable, countTables } from './count-tables.js';

/** FROM and WHERE of audits, as `t`. */
export type AuditsFrom = Sql;

/** Adds audits to all counts, or takes them away. The engine does it: no row of them leaves it. */
export async function addAudits(tx: Transaction, audits: AuditsFrom, change: 'add' | 'take away'): Promise<void> {
  for (const table of countTables) {
    for (const width of table.widths) await addTo(tx, table, width, audits, change === 'add' ? empty : raw('-'));
  }
}

async function addTo(tx: Transaction, table: CountTable, width: Width, audits: AuditsFrom, sign: Sql): Promise<void> {
  const { name, dimensions } = table;
  const listed = raw(dimensions.join(', '));
  const grouped = raw(dimensions.map((dimension) => `t.${dimension}`).join(', '));
  const isOfResource = dimensions.includes('resource_id') ? sql` AND t.resource_id IS NOT NULL` : empty;
  const key = ['width', 'bucket', ...dimensions];
  await tx.execute(
    sql`INSERT INTO ${raw(name)} (width, bucket, ${listed}, audits)
        SELECT ${width}, ${bucketIn(tx, width)} AS stretch, ${grouped}, ${sign}COUNT(*) FROM ${audits}${isOfResource}
        GROUP BY ${join(width === Width.EVER ? [grouped] : [raw('stretch'), grouped])}
        ${raw(tx.dialect.addWhereKnown(name, key, 'audits'))}`,
  );
}

/** The first bucket of the count that an audit `t` belongs to. */
export function bucketIn({ dialect }: Db, width: Width): Sql {
  return width === Width.EVER ? sql`0` : raw(`${dialect.stretchOf('t.occurred_at', secondsOf[width])} * ${width}`);
}
