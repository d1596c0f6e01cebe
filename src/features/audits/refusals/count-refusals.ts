import sql, { raw } from 'sql-template-tag';
import type { Db, Transaction } from '../../../database/db.js';
import { insertAll, selectList, tableOf } from '../../../database/rows.js';
import { transaction } from '../../../database/transaction.js';
import { latestStored } from '../../../lib/set-back.js';
import { logActivity, type Operator } from '../activity-log.js';
import type { OwnOperation } from '../own-operations.js';
import { RefusalCount } from './refusal-count.js';

/** Something that was refused, as audits describe it. Refusals of the same subject are counted together. */
export interface Refusal {
  readonly subject: string;
  /** The operation of its audits, as in 'User Sign-In Refused'. */
  readonly operation: OwnOperation;
  readonly by: Pick<Operator, 'userId' | 'userName' | 'clientType'>;
  /** The user that the audits are about. */
  readonly userName: string | null;
  /** The reason of the first audit. */
  readonly first: string;
  /** The reason of the audit of those that follow, without their number. */
  readonly further: string;
}

/** How many refusals are to be counted, and where and when they happened. */
export interface Occurrences {
  readonly count: number;
  /** Null if they came from several addresses. */
  readonly from: string | null;
  /** The time of the first of them. */
  readonly since: string;
  /** When the window ends, if they begin one. */
  readonly until: string;
}

/**
 * Counts refusals. The first one of a subject is recorded as an audit; the others within its window are only a number, so
 * that refusals cannot fill the audits.
 */
export async function countRefusals(tx: Transaction, refusal: Refusal, occurrences: Occurrences): Promise<void> {
  const { subject, operation, by, userName, first, further } = refusal;
  const { count, from, since, until } = occurrences;
  const known = await tx.execute(
    sql`UPDATE refusals SET more = more + ${count},
          refused_from = CASE WHEN refused_from = ${from} THEN refused_from ELSE NULL END
        WHERE subject = ${subject}`,
  );
  if (known > 0) return;
  const { userId: operatorId, userName: operatedBy, clientType } = by;
  // Of two that find no row the second fails by its key, and runs again.
  await insertAll(tx, RefusalCount, [
    {
      subject,
      operation,
      operatorId,
      operatedBy,
      clientType,
      userName,
      further,
      beganAt: since,
      endsAt: until,
      more: count - 1,
      refusedFrom: from,
    },
  ]);
  const reason = first;
  await logActivity(tx, { ...by, ipAddress: from }, { operation, outcome: 'FAILURE', userName, reason });
}

/** Ends the window of a subject: records how many refusals followed the first, if any did. */
export async function endRefusals(tx: Transaction, subject: string): Promise<void> {
  const [row] = await tx.query<RefusalCount>(
    sql`SELECT ${selectList(tx.dialect, RefusalCount, tableOf(RefusalCount).columns.keys(), 't')}
        FROM refusals t WHERE t.subject = ${subject} ${raw(tx.dialect.forUpdate)}`,
  );
  if (!row) return;
  await tx.execute(sql`DELETE FROM refusals WHERE subject = ${subject}`);
  if (row.more === 0) return;
  const { operation, operatorId, operatedBy, clientType, userName, more, further, refusedFrom, beganAt, endsAt } = row;
  const until = [endsAt, new Date().toISOString()].sort()[0];
  const places = refusedFrom === null ? ', from several addresses' : '';
  const client = { ipAddress: refusedFrom, clientType: clientType as Operator['clientType'] };
  const by = { userId: operatorId, userName: operatedBy, ...client };
  const reason = `${more} more ${further}, between ${beganAt} and ${until}${places}`;
  await logActivity(tx, by, { operation, outcome: 'FAILURE', userName, reason });
}

/** Ends all windows whose time is over, or began before the clock was set back, whichever process counted in them. */
export async function endOldRefusals(db: Db): Promise<void> {
  const { timeValue } = db.dialect;
  const ended = await db.query<{ subject: string }>(
    sql`SELECT subject FROM refusals
        WHERE ends_at <= ${timeValue(new Date().toISOString())} OR began_at > ${timeValue(latestStored())} ORDER BY ends_at`,
  );
  for (const { subject } of ended) await transaction(db, (tx) => endRefusals(tx, subject));
}
