import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../../database/db.js';
import { rollupProgress } from './watermark.js';

/** How far the counts of audits are behind. */
export interface Lag {
  /** Audits that are not counted yet. */
  readonly audits: number;
  /** How long ago the first of them was stored; 0 where there is none. */
  readonly seconds: number;
}

export async function lagOf(db: Db): Promise<Lag> {
  const { position, last } = await rollupProgress(db);
  if (position >= last) return { audits: 0, seconds: 0 };
  const [first] = await db.query<{ recordedAt: string }>(
    sql`SELECT ${raw(db.dialect.timeText('t.recorded_at'))} AS recordedAt FROM audits t
        WHERE t.id = (SELECT first_audit_id FROM audit_spans WHERE first_position > ${position}
          ORDER BY first_position LIMIT 1)`,
  );
  const waited = first ? Date.now() - Date.parse(first.recordedAt) : 0;
  return { audits: last - position, seconds: Math.max(0, waited / 1_000) };
}
