import sql, { raw } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { deleteBy, insertAll } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { sha256 } from '../../lib/sha256.js';
import { signInUser } from '../users/user-account.queries.js';
import { LONGEST_USER_NAME } from '../users/user-name.js';
import { subjectOf } from './sign-in.causes.js';
import { countRefused, tellRefused } from './sign-in.refusals.js';
import { SignInAttempts } from './sign-in-attempts.js';

/** Failures in a row that cost nothing. */
const FREE_FAILURES = 5;

const SHORTEST_DELAY = 1_000;
const LONGEST_DELAY = 15 * 60_000;

/** Milliseconds that the next attempt has to wait after so many failures in a row. */
export function delayAfter(failures: number): number {
  if (failures <= FREE_FAILURES) return 0;
  return Math.min(SHORTEST_DELAY * 2 ** (failures - FREE_FAILURES - 1), LONGEST_DELAY);
}

/**
 * Counts an attempt to sign in by a name as a failure: 0, or the milliseconds to wait, where it is not to be looked at and
 * was counted as refused. Counted before the password is looked at, however many come at once no more are looked at than may be;
 * the one that succeeds takes it back by `forgetFailures`.
 */
export function countAttempt(db: Db, userName: string, from: string | null): Promise<number> {
  const nameHash = sha256(userName);
  return transaction(db, async (tx) => {
    const [stored] = await tx.query<Pick<SignInAttempts, 'failures' | 'blockedUntil'>>(
      sql`SELECT failures, ${raw(tx.dialect.timeText('blocked_until'))} AS blockedUntil
          FROM sign_in_attempts WHERE name_hash = ${nameHash} ${raw(tx.dialect.forUpdate)}`,
    );
    const now = Date.now();
    const wait = stored?.blockedUntil ? Date.parse(stored.blockedUntil) - now : 0;
    if (wait > 0) {
      await refuse(tx, userName, from, stored!.blockedUntil!);
      return wait;
    }
    await tellRefused(tx, subjectOf('name', nameHash));
    const failures = (stored?.failures ?? 0) + 1;
    const delay = delayAfter(failures);
    const attemptedAt = new Date(now).toISOString();
    const blockedUntil = delay > 0 ? new Date(now + delay).toISOString() : null;
    if (stored) {
      const { timeValue } = tx.dialect;
      await tx.execute(
        sql`UPDATE sign_in_attempts SET failures = ${failures}, attempted_at = ${timeValue(attemptedAt)},
              blocked_until = ${blockedUntil && timeValue(blockedUntil)} WHERE name_hash = ${nameHash}`,
      );
    } else {
      // Of two that find no row the second fails by its key, and runs again.
      await insertAll(tx, SignInAttempts, [{ nameHash, failures, attemptedAt, blockedUntil }]);
    }
    return 0;
  });
}

function refuse(tx: Transaction, userName: string, from: string | null, until: string): Promise<void> {
  const name = userName.slice(0, LONGEST_USER_NAME + 1);
  return countRefused(tx, {
    subject: subjectOf('name', sha256(userName)),
    // Whatever else was typed there may be a password.
    userName: async (tx) => (await signInUser(tx, name))?.userName ?? null,
    count: 1,
    from,
    since: new Date().toISOString(),
    until,
  });
}

/** Takes back an attempt that was counted, and then not looked at. */
export function takeBackAttempt(db: Db, userName: string): Promise<void> {
  const nameHash = sha256(userName);
  return transaction(db, async (tx) => {
    const [stored] = await tx.query<{ failures: number }>(
      sql`SELECT failures FROM sign_in_attempts WHERE name_hash = ${nameHash} ${raw(tx.dialect.forUpdate)}`,
    );
    const failures = (stored?.failures ?? 1) - 1;
    if (failures === 0) return forgetFailures(tx, userName);
    // The delay before this attempt was over, or it would not have been counted.
    await tx.execute(
      sql`UPDATE sign_in_attempts SET failures = ${failures}, blocked_until = NULL WHERE name_hash = ${nameHash}`,
    );
  });
}

export async function forgetFailures(tx: Transaction, userName: string): Promise<void> {
  const nameHash = sha256(userName);
  await deleteBy(tx, SignInAttempts, 'nameHash', [nameHash]);
  await tellRefused(tx, subjectOf('name', nameHash));
}
