import sql from 'sql-template-tag';
import type { Transaction } from '../../database/db.js';
import { deleteBy, insertAll } from '../../database/rows.js';
import { AppError } from '../../lib/app-error.js';
import { networkOf } from '../../lib/network.js';
import { quote } from '../../lib/quote.js';
import { logActivity, type Operator } from '../audits/activity-log.js';
import { Password } from '../users/password.js';
import { lockUserNamed, othersSigningInAs } from '../users/user-account.queries.js';
import { noUserNamed, quotedUserName } from '../users/user-name.js';
import { hashPassword } from './password.hashing.js';
import { newPassword } from './password.rules.js';
import { forgetAttempts } from './sign-in.counters.js';

/** A password that was found good for a user, as `setPassword` takes it. */
export interface NewPassword {
  readonly userName: string;
  /** The source of the user account. Null if only one source has the name. */
  readonly source: string | null;
  readonly hash: string;
}

/**
 * Checks and hashes a password. It takes long, so it comes before the transaction that sets it. `otherNames` are the full name
 * and the mail address, which the password must not be made of either.
 * @throws AppError BAD_USER_INPUT that says what to choose instead; UNAVAILABLE
 */
export async function preparePassword(
  by: Operator,
  userName: string,
  text: string,
  source: string | null = null,
  otherNames: readonly string[] = [],
): Promise<NewPassword> {
  const password = await newPassword([userName, ...otherNames], text);
  const hash = await hashPassword(networkOf(by.ipAddress), password);
  return { userName, source, hash };
}

/**
 * Gives a user a password in exchange for the one before, ends all sessions of the user, and forgets failures to sign in.
 * @throws AppError BAD_USER_INPUT if there is no such user, or another one signs in by the name; UserInputError AMBIGUOUS_USER_NAME
 */
export async function setPassword(
  tx: Transaction,
  by: Operator,
  { userName, source, hash }: NewPassword,
): Promise<void> {
  const user = await lockUserNamed(tx, userName, source);
  if (!user) throw new AppError('BAD_USER_INPUT', noUserNamed(userName, source));
  const [other] = await othersSigningInAs(tx, userName, user.id);
  if (other) {
    throw new AppError(
      'BAD_USER_INPUT',
      `${quotedUserName(userName)} of the source ${quote(other.source, 64)} signs in by this name already: choose another user account`,
    );
  }
  await replacePassword(tx, user, hash);
  await logActivity(tx, by, { operation: 'Password Set', userName });
}

/** Stores a password in place of the one before, ends all sessions of its user and forgets failures; how many sessions there were. */
export async function replacePassword(
  tx: Transaction,
  user: { id: number; userName: string },
  hash: string,
): Promise<number> {
  await deleteBy(tx, Password, 'userId', [user.id]);
  await insertAll(tx, Password, [{ userId: user.id, hash, changedAt: new Date().toISOString() }]);
  const sessions = await tx.execute(sql`DELETE FROM sessions WHERE user_id = ${user.id}`);
  await forgetAttempts(tx, user);
  return sessions;
}
