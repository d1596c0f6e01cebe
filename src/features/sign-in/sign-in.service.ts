import sql, { raw } from 'sql-template-tag';
import type { Transaction } from '../../database/db.js';
import { transaction } from '../../database/transaction.js';
import { clientOf } from '../../graphql/client.js';
import type { Context } from '../../graphql/context.js';
import { UserFault } from '../../graphql/user-errors.js';
import { networkOf } from '../../lib/network.js';
import { notSooner } from '../../lib/not-sooner.js';
import { type Operator, operatorOf, recordOperation } from '../audits/own-audits.js';
import { type SignInUser, signInUser } from '../users/user-account.queries.js';
import { LONGEST_USER_NAME } from '../users/user-name.js';
import { isInUse } from '../users/validity.js';
import { type Viewer, viewerOf } from '../users/viewer.js';
import { matchesHash } from './password.hashing.js';
import { isPasswordSized, opaqueString } from './password.rules.js';
import { actorOfSession, endSession, newSessionId, startSession } from './session.service.js';
import { tooManyAttempts, withinBudget } from './sign-in.budget.js';
import { sweepNowAndThen } from './sign-in.sweep.js';
import { countAttempt, forgetFailures, takeBackAttempt } from './sign-in.throttle.js';
import { orCountAs } from './sign-in.turned-away.js';

/**
 * Milliseconds that an answer takes, or a multiple of it. What right, wrong and unknown cost beside the hash differs by
 * statements, and the time to answer would tell which names there are; with this, each of them takes the same.
 */
const ANSWER_TIME = 250;

/**
 * Starts a session. The same is answered, and the same work done, whatever is wrong.
 * @throws UserFault INVALID_CREDENTIALS or TOO_MANY_ATTEMPTS; AppError UNAVAILABLE
 */
export function signIn(context: Context, userName: string, password: string): Promise<{ viewer: Viewer }> {
  return withinBudget(context, () => notSooner(ANSWER_TIME, () => attempt(context, userName, password)));
}

/** Ends the session of the request; whether there was one. */
export async function signOut(context: Context): Promise<boolean> {
  const { actor, db } = context;
  const client = clientOf(context);
  const { sessionId } = client;
  if (sessionId === null || (actor && actor.kind !== 'SESSION')) return false;
  const ended = await transaction(db, async (tx) => {
    const had = await endSession(tx, sessionId);
    if (had && actor) {
      await recordOperation(tx, operatorOf(context), { operation: 'User Signed Out', userName: actor.userName });
    }
    return had && actor !== null;
  });
  client.setSession(null);
  return ended;
}

async function attempt(context: Context, userName: string, password: string): Promise<{ viewer: Viewer }> {
  const { db, settings } = context;
  sweepNowAndThen(context);
  const { user, refused } = await orCountAs(context, 'busy', () => lookAt(context, userName, password));
  const id = refused === null ? await orCountAs(context, 'lost', () => enter(context, user!)) : null;
  const actor = id && (await actorOfSession(db, settings, id));
  if (!actor) {
    const reason = refused ?? 'the user account was changed meanwhile';
    await orCountAs(context, 'lost', () => recordFailure(context, user, reason));
    throw new UserFault(
      'INVALID_CREDENTIALS',
      'the user name or the password is wrong, or the user account is not in use',
    );
  }
  clientOf(context).setSession(id);
  return { viewer: viewerOf(actor) };
}

/**
 * The user of a name, and why the person may not come in. What is not looked at, since too many wait, is no failure.
 * @throws UserFault TOO_MANY_ATTEMPTS
 */
async function lookAt(
  context: Context,
  userName: string,
  password: string,
): Promise<{ user: SignInUser | undefined; refused: string | null }> {
  const { db } = context;
  const wait = await countAttempt(db, userName, clientOf(context).ipAddress);
  if (wait > 0) throw tooManyAttempts(context, wait);
  try {
    const user = await signInUser(db, userName.slice(0, LONGEST_USER_NAME + 1));
    return { user, refused: await refusalOf(context, user, password) };
  } catch (error) {
    await takeBackAttempt(db, userName);
    throw error;
  }
}

/** Why a person may not come in, for the audit and never for the person; null where nothing is wrong. */
async function refusalOf(context: Context, user: SignInUser | undefined, password: string): Promise<string | null> {
  const from = networkOf(clientOf(context).ipAddress);
  const typed = isPasswordSized(password) ? opaqueString(password) : '';
  const matches = await matchesHash(from, user?.hash ?? null, typed);
  if (!user) return 'there is no such user account';
  if (user.hash === null) return 'the user account has no password';
  if (!matches) return 'the password was wrong';
  return isInUse(user, Date.now()) ? null : 'the user account is not in use';
}

/** Starts a session in exchange for the one that the request carried; null where the password is another one by now. */
async function enter(context: Context, { id: userId, userName, hash }: SignInUser): Promise<string | null> {
  // Beside a token the cookie is not looked at.
  const hasToken = context.actor !== null && context.actor.kind !== 'SESSION';
  const sessionId = hasToken ? null : clientOf(context).sessionId;
  const id = newSessionId();
  const entered = await transaction(context.db, async (tx) => {
    const [current] = await tx.query<{ hash: string }>(
      sql`SELECT hash FROM passwords WHERE user_id = ${userId} ${raw(tx.dialect.forUpdate)}`,
    );
    if (current?.hash !== hash) return false;
    await forgetFailures(tx, userName);
    if (sessionId !== null && (await endSession(tx, sessionId))) await recordLeft(tx, context);
    await startSession(tx, id, userId);
    await recordOperation(tx, operatorFor(context, userName), { operation: 'User Signed In', userName });
    return true;
  });
  return entered ? id : null;
}

/** Who signs in anew has left the session before. One that had ended by itself is nobody's. */
async function recordLeft(tx: Transaction, context: Context): Promise<void> {
  const { actor } = context;
  if (!actor) return;
  const left = { operation: 'User Signed Out', userName: actor.userName, reason: 'by signing in anew' };
  await recordOperation(tx, operatorOf(context), left);
}

/** The name that was typed is recorded only where it is a user's: people type passwords there. */
function recordFailure(context: Context, user: SignInUser | undefined, reason: string): Promise<void> {
  const userName = user?.userName;
  const failure = { operation: 'User Sign-In Failed', outcome: 'FAILURE', userName: userName ?? null, reason } as const;
  return transaction(context.db, (tx) => recordOperation(tx, operatorFor(context, userName ?? 'Unknown'), failure));
}

/** Whoever signs in does it under that name, signed in as somebody else or not. */
function operatorFor(context: Context, userName: string): Operator {
  return { ...operatorOf(context), userName };
}
