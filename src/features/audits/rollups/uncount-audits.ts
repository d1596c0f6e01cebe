import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Transaction } from '../../../database/db.js';
import { positionsOf, rangesOf } from '../../../database/position-ranges.js';
import { VALUES_AT_ONCE } from '../../../database/rows.js';
import { isOneOf } from '../../../graphql/pages/filters.js';
import { chunks } from '../../../lib/chunks.js';
import { addAudits, bucketIn } from './add-audits.js';
import type { Width } from './buckets.js';
import { type CountTable, countTables } from './count-tables.js';
import { lockWatermark } from './watermark.js';

/**
 * Takes audits, by ids that rise, out of the counts that they are in, in the transaction that is about to delete them: before it
 * does. A rollup worker waits for it from here on. What it costs does not grow with what a rollup worker has yet to count.
 */
export async function uncountAudits(tx: Transaction, ids: readonly number[]): Promise<void> {
  const { position } = await lockWatermark(tx);
  const positions = positionsOf(await rangesOf(tx, ids), ids);
  const counted = ids.filter((_, index) => positions[index]! <= position);
  for (const part of chunks(counted, VALUES_AT_ONCE)) {
    const audits = sql`audits t WHERE t.id IN (${join(part)})`;
    await addAudits(tx, audits, 'take away');
    for (const table of countTables) {
      for (const width of table.widths) await deleteEmpty(tx, table, width, audits);
    }
  }
}

/** Deletes the counts that audits were taken from, those that have none left: the same audits counted anew would leave the same rows. */
async function deleteEmpty(
  tx: Transaction,
  { name, dimensions }: CountTable,
  width: Width,
  audits: Sql,
): Promise<void> {
  const bucket = bucketIn(tx, width);
  const byResource = dimensions.includes('resource_id');
  const touched = await tx.query<{ resourceId: number | null; first: number; last: number }>(
    sql`SELECT ${byResource ? raw('t.resource_id') : null} AS resourceId, MIN(${bucket}) AS first, MAX(${bucket}) AS last
        FROM ${audits} GROUP BY resourceId`,
  );
  const [some] = touched;
  if (!some) return;
  const resourceIds = touched.flatMap(({ resourceId }) => (resourceId === null ? [] : [resourceId]));
  const ofResource = byResource ? isOneOf('resource_id', resourceIds) : sql`1 = 1`;
  const first = Math.min(...touched.map((bounds) => bounds.first));
  const last = Math.max(...touched.map((bounds) => bounds.last));
  await tx.execute(
    sql`DELETE FROM ${raw(name)}
        WHERE ${ofResource} AND width = ${width} AND bucket BETWEEN ${first} AND ${last} AND audits = 0`,
  );
}
