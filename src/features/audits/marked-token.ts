import sql, { raw, type Sql } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import { transaction } from '../../database/transaction.js';
import { isSetBack, latestStored } from '../../lib/set-back.js';
import { type Activity, logActivity, type Operator } from './activity-log.js';

/** How often the refusal of a revoked token is recorded. */
const REFUSAL_MILLISECONDS = 3_600_000;

/** Sets a time of a token where it is due, and records why: once, however many requests race. */
export function markToken(
  db: Db,
  table: 'connector_tokens' | 'ingest_tokens',
  id: number,
  column: 'first_used_at' | 'refused_at',
  isDue: Sql,
  operator: Operator,
  operation: Activity,
): Promise<void> {
  return transaction(db, async (tx) => {
    const now = tx.dialect.timeValue(new Date().toISOString());
    const marked = await tx.execute(
      sql`UPDATE ${raw(table)} SET ${raw(column)} = ${now} WHERE id = ${id} AND ${isDue}`,
    );
    if (marked > 0) await logActivity(tx, operator, operation);
  });
}

/** Whether the refusal of a revoked token is to be recorded: not each of them, or whoever goes on sending it fills the audits. */
export function isRefusalDue({ refusedAt }: { readonly refusedAt: string | null }): boolean {
  return refusedAt === null || refusedAt <= dueBefore() || isSetBack(refusedAt);
}

/** As `isRefusalDue`, said in SQL. */
export function refusalDue(db: Db): Sql {
  const { timeValue } = db.dialect;
  return sql`(refused_at IS NULL OR refused_at <= ${timeValue(dueBefore())} OR refused_at > ${timeValue(latestStored())})`;
}

function dueBefore(): string {
  return new Date(Date.now() - REFUSAL_MILLISECONDS).toISOString();
}
