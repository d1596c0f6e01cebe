import sql, { join } from 'sql-template-tag';
import type { Transaction } from '../../../database/db.js';
import { positionsOf, rangesOf } from '../../../database/position-ranges.js';
import { auditsRemoved } from '../../../database/positions.js';
import { VALUES_AT_ONCE } from '../../../database/rows.js';
import type { PositionRange } from '../../../database/tables.js';
import { chunks } from '../../../lib/chunks.js';
import { uncountAudits } from '../rollups/uncount-audits.js';

/**
 * Removes audits, by ids that rise, which all occurred before a time: from the table, the counts, the spans of positions and the
 * number of records. `step` is the number of this removal.
 */
export async function removeAudits(
  tx: Transaction,
  ids: readonly number[],
  { step, occurredBefore }: { readonly step: number; readonly occurredBefore: string },
): Promise<void> {
  await uncountAudits(tx, ids);
  const ranges = await rangesOf(tx, ids);
  const lastPosition = positionsOf(ranges, ids).reduce((last, position) => Math.max(last, position), 0);
  let removed = 0;
  for (const part of chunks(ids, VALUES_AT_ONCE)) {
    removed += await tx.execute(sql`DELETE FROM audits WHERE id IN (${join(part)})`);
    await tx.execute(sql`DELETE FROM audit_names WHERE id IN (${join(part)})`);
  }
  if (removed !== ids.length) throw new Error(`${removed} audits were removed, not ${ids.length}`);
  await removeEmptyRanges(tx, ranges);
  auditsRemoved(tx, removed);
  const before = tx.dialect.timeValue(occurredBefore);
  await tx.execute(
    sql`DELETE FROM audit_removals WHERE last_position <= ${lastPosition} AND occurred_before <= ${before}`,
  );
  await tx.execute(
    sql`INSERT INTO audit_removals (step, last_position, occurred_before) VALUES (${step}, ${lastPosition}, ${before})`,
  );
}

/** The last span stays, empty or not: whoever follows the audits ends with it. */
async function removeEmptyRanges(tx: Transaction, ranges: readonly PositionRange[]): Promise<void> {
  for (const part of chunks(ranges, VALUES_AT_ONCE)) {
    const empty = await tx.query<{ firstPosition: number }>(
      sql`SELECT s.first_position AS firstPosition FROM audit_spans s
          WHERE s.first_position IN (${join(part.map(({ firstPosition }) => firstPosition))})
            AND s.first_position < (SELECT MAX(first_position) FROM audit_spans)
            AND NOT EXISTS (SELECT 1 FROM audits t
              WHERE t.id BETWEEN s.first_audit_id AND s.first_audit_id + s.audit_count - 1)`,
    );
    if (empty.length === 0) continue;
    const positions = empty.map(({ firstPosition }) => firstPosition);
    await tx.execute(sql`DELETE FROM audit_spans WHERE first_position IN (${join(positions)})`);
  }
}
