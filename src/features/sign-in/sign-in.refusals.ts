import sql, { raw } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { insertAll, selectList, tableOf } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { type Operation, type Operator, recordOperation } from '../audits/own-audits.js';
import { firstOf, moreOf, operationOf } from './sign-in.causes.js';
import { SignInRefusals } from './sign-in-refusals.js';

/** Sign-ins that were not answered with right or wrong, most of them refused unseen. */
export interface Refused {
  readonly subject: string;
  /** The user's, where the name that was typed is one. Asked for where it is recorded. */
  userName(tx: Transaction): Promise<string | null>;
  readonly count: number;
  /** Null where they came from several addresses. */
  readonly from: string | null;
  /** When the first of them came. */
  readonly since: string;
  /** When those that come after are recorded, at the latest. */
  readonly until: string;
}

/**
 * Counts sign-ins that were not answered. The first of a subject is recorded; those that follow until the time is over are
 * a number, so that whoever is refused can fill nothing.
 */
export async function countRefused(tx: Transaction, refused: Refused): Promise<void> {
  const { subject, count, from, since, until } = refused;
  const known = await tx.execute(
    sql`UPDATE sign_in_refusals SET more = more + ${count},
          refused_from = CASE WHEN refused_from = ${from} THEN refused_from ELSE NULL END
        WHERE subject = ${subject}`,
  );
  if (known > 0) return;
  const userName = await refused.userName(tx);
  // Of two that find no row the second fails by its key, and runs again.
  await insertAll(tx, SignInRefusals, [
    { subject, userName, beganAt: since, endsAt: until, more: count - 1, refusedFrom: from },
  ]);
  await record(tx, subject, userName, from, firstOf(subject));
}

/** Records how many followed the first, and begins anew; nothing where none was. */
export async function tellRefused(tx: Transaction, subject: string): Promise<void> {
  const [row] = await tx.query<SignInRefusals>(
    sql`SELECT ${selectList(tx.dialect, SignInRefusals, tableOf(SignInRefusals).columns.keys(), 't')}
        FROM sign_in_refusals t WHERE t.subject = ${subject} ${raw(tx.dialect.forUpdate)}`,
  );
  if (!row) return;
  await tx.execute(sql`DELETE FROM sign_in_refusals WHERE subject = ${subject}`);
  if (row.more === 0) return;
  const { userName, more, refusedFrom, beganAt, endsAt } = row;
  const until = [endsAt, new Date().toISOString()].sort()[0];
  const places = refusedFrom === null ? ', from several addresses' : '';
  const reason = `${more} more ${moreOf(subject)}, between ${beganAt} and ${until}${places}`;
  await record(tx, subject, userName, refusedFrom, reason);
}

/** As `tellRefused`, of all whose time is over, whichever process has counted them. */
export async function tellEnded(db: Db): Promise<void> {
  const now = db.dialect.timeValue(new Date().toISOString());
  const ended = await db.query<{ subject: string }>(
    sql`SELECT subject FROM sign_in_refusals WHERE ends_at <= ${now} ORDER BY ends_at`,
  );
  for (const { subject } of ended) await transaction(db, (tx) => tellRefused(tx, subject));
}

function record(
  tx: Transaction,
  subject: string,
  userName: string | null,
  ipAddress: string | null,
  reason: string,
): Promise<void> {
  const by: Operator = { userName: userName ?? 'Unknown', ipAddress, clientType: 'Web Client' };
  const operation: Operation = { operation: operationOf(subject), outcome: 'FAILURE', userName, reason };
  return recordOperation(tx, by, operation);
}
