import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../../database/db.js';
import { AppError } from '../../../lib/app-error.js';

/** Where a reader stands, and how many removals of audits there had been when it knew that it had missed none. */
interface Begun {
  readonly position: number;
  readonly step: number;
}

/**
 * The number of removals until now, where none since `step` took an audit behind a position that a reader still had to see,
 * which is one that occurred at `since` or later.
 *
 * It is asked after the audits were read: what is removed between a question and a read would be missed in silence.
 * @throws AppError CURSOR_EXPIRED
 */
export async function stepUntilNow(db: Db, { position, step }: Begun, since: string | null): Promise<number> {
  const wanted = since === null ? sql`1 = 1` : sql`m.occurred_before > ${db.dialect.timeValue(since)}`;
  const [row] = await db.query<{ step: number; keptSince: string | null; expired: number }>(
    sql`SELECT r.step, ${raw(db.dialect.timeText('r.kept_since'))} AS keptSince,
          (SELECT COUNT(*) FROM audit_removals m WHERE m.step > ${step} AND m.last_position > ${position} AND ${wanted})
            AS expired
        FROM audit_retention r WHERE r.id = 1`,
  );
  const now = row!;
  if (now.expired === 0) return now.step;
  const bound = now.keptSince === null ? '' : `, those that occurred before ${now.keptSince}`;
  throw new AppError(
    'CURSOR_EXPIRED',
    `audits behind this cursor were removed before it came to them${bound}: begin anew without \`after\`, keep what was imported, and know that there is a gap`,
  );
}
