import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import { transaction } from '../../database/transaction.js';
import { clientOf } from '../../graphql/client.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { AppError } from '../../lib/app-error.js';
import { networkOf } from '../../lib/network.js';
import { quantizeLatency } from '../../lib/quantize-latency.js';
import { logActivity, operatorOf } from '../audits/activity-log.js';
import { trustNetwork } from '../users/trusted-network.queries.js';
import { DEVICE_LIFETIME, issueDevice } from './device-cookie.js';
import { countAttempt, takeBackAttempt } from './login-backoff.js';
import { hashPassword, matchesHash } from './password.hashing.js';
import { isPasswordSized, newPassword, opaqueString } from './password.rules.js';
import { replacePassword } from './password.service.js';
import { newSessionId, startSession } from './session.service.js';
import { tooManyAttempts, withinBudget } from './sign-in.budget.js';
import { passwordChangeCounters } from './sign-in.counters.js';
import { ANSWER_TIME } from './sign-in.service.js';

/** Who changes the own password. */
interface User {
  readonly id: number;
  readonly userName: string;
  readonly fullName: string;
  readonly email: string | null;
  readonly hash: string;
}

/**
 * Changes the password of the user who asks. All sessions of the user end, and this browser gets a new one.
 * @throws UserInputError INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS or BAD_USER_INPUT; AppError UNAVAILABLE
 */
export function changePassword(
  context: Context,
  current: string,
  next: string,
): Promise<{ changed: true; endedSessions: number }> {
  const who = `user ${actorOf(context).userId}`;
  return withinBudget(context, who, () =>
    quantizeLatency(ANSWER_TIME, async () => {
      const user = await readUser(context.db, actorOf(context).userId);
      await checkCurrent(context, user, who, current);
      const hash = await hashPassword(who, await acceptable(user, current, next));
      return exchange(context, user, hash);
    }),
  );
}

async function readUser(db: Db, id: number): Promise<User> {
  const [user] = await db.query<User>(
    sql`SELECT u.id, u.user_name AS userName, u.full_name AS fullName, u.email, p.hash
        FROM user_accounts u JOIN passwords p ON p.user_id = u.id WHERE u.id = ${id}`,
  );
  if (!user) throw gone();
  return user;
}

/** Checks the current password; attempts are counted as those to sign in are, apart from them. */
async function checkCurrent(context: Context, user: User, who: string, current: string): Promise<void> {
  const { db } = context;
  const admission = await countAttempt(db, passwordChangeCounters(user), clientOf(context).ipAddress);
  if (admission.counted.length === 0) throw tooManyAttempts(context, admission.wait);
  let matches: boolean;
  try {
    matches = await matchesHash(who, user.hash, isPasswordSized(current) ? opaqueString(current) : '');
  } catch (error) {
    await takeBackAttempt(db, admission);
    throw error;
  }
  if (matches) return takeBackAttempt(db, admission);
  await transaction(db, (tx) =>
    logActivity(tx, operatorOf(context), {
      operation: 'Password Change Failed',
      outcome: 'FAILURE',
      userName: user.userName,
      reason: 'the current password was wrong',
    }),
  );
  throw new UserInputError('INVALID_CREDENTIALS', 'the current password is wrong', ['currentPassword']);
}

async function acceptable(user: User, current: string, next: string): Promise<string> {
  const field = ['newPassword'];
  try {
    const password = await newPassword([user.userName, user.fullName, user.email ?? ''], next);
    if (password !== opaqueString(current)) return password;
  } catch (error) {
    if (error instanceof AppError) throw new UserInputError(error.code, error.message, field);
    throw error;
  }
  throw new UserInputError('BAD_USER_INPUT', 'the new password is the current one: choose another one', field);
}

async function exchange(context: Context, user: User, hash: string): Promise<{ changed: true; endedSessions: number }> {
  const client = clientOf(context);
  const id = newSessionId();
  const ended = await transaction(context.db, async (tx) => {
    const [now] = await tx.query<{ hash: string }>(
      sql`SELECT hash FROM passwords WHERE user_id = ${user.id} ${raw(tx.dialect.forUpdate)}`,
    );
    if (now?.hash !== user.hash) throw gone();
    const sessions = await replacePassword(tx, user, hash);
    await trustNetwork(tx, user.id, networkOf(client.ipAddress));
    await startSession(tx, id, user.id, client);
    await logActivity(tx, operatorOf(context), { operation: 'Password Changed', userName: user.userName });
    return sessions;
  });
  client.setSession(id);
  client.setDevice(await issueDevice(context.db, client.deviceCookie, user.userName), DEVICE_LIFETIME);
  return { changed: true, endedSessions: Math.max(0, ended - 1) };
}

function gone(): UserInputError {
  return new UserInputError('INVALID_CREDENTIALS', 'the password was changed meanwhile: sign in again', [
    'currentPassword',
  ]);
}
