import sql, { raw } from 'sql-template-tag';
import type { Transaction } from '../../database/db.js';
import { transaction } from '../../database/transaction.js';
import { clientOf } from '../../graphql/client.js';
import type { Context } from '../../graphql/context.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { networkOf } from '../../lib/network.js';
import { quantizeLatency } from '../../lib/quantize-latency.js';
import { logActivity, type Operator, operatorOf } from '../audits/activity-log.js';
import { trustNetwork } from '../users/trusted-network.queries.js';
import { type SignInUser, signInUser } from '../users/user-account.queries.js';
import { MAX_USER_NAME_LENGTH } from '../users/user-name.js';
import { isActive } from '../users/validity.js';
import { type Viewer, viewerOf } from '../users/viewer.js';
import { DEVICE_LIFETIME, type Device, deviceOf, issueDevice } from './device-cookie.js';
import { type Admission, countAttempt, forgetFailures, takeBackAttempt } from './login-backoff.js';
import { matchesHash } from './password.hashing.js';
import { isPasswordSized, opaqueString } from './password.rules.js';
import { orCountAs } from './rejection-counter.js';
import type { KnownUser } from './rejection-reasons.js';
import { actorOfSession, endSession, newSessionId, startSession } from './session.service.js';
import { tooManyAttempts, withinBudget } from './sign-in.budget.js';
import { signInCounters } from './sign-in.counters.js';
import { sweepNowAndThen } from './sign-in.sweep.js';

/**
 * Milliseconds that an answer takes, or a multiple of it. What right, wrong and unknown cost beside the hash differs by
 * statements, and the time to answer would tell which names there are; with this, each of them takes the same.
 */
export const ANSWER_TIME = 250;

/** An attempt to sign in. */
interface Attempt {
  readonly userName: string;
  readonly password: string;
  /** The browser, if its cookie was issued for this user name. */
  readonly device: Device | null;
  /** Whose work it is: the browser's, or that of the network that it comes from. */
  readonly who: string;
}

/**
 * Starts a session. The same is answered, and the same work done, whatever is wrong.
 * @throws UserInputError INVALID_CREDENTIALS or TOO_MANY_ATTEMPTS; AppError UNAVAILABLE
 */
export async function signIn(context: Context, userName: string, password: string): Promise<{ viewer: Viewer }> {
  const { ipAddress, deviceCookie } = clientOf(context);
  const device = await orCountAs(context, 'busy', () => deviceOf(context.db, deviceCookie, userName));
  const who = device ? `device ${device.nonce}` : networkOf(ipAddress);
  const attempt = { userName, password, device, who };
  return withinBudget(context, who, () => quantizeLatency(ANSWER_TIME, () => answer(context, attempt)));
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
      await logActivity(tx, operatorOf(context), { operation: 'User Signed Out', userName: actor.userName });
    }
    return had && actor !== null;
  });
  client.setSession(null);
  return ended;
}

async function answer(context: Context, attempt: Attempt): Promise<{ viewer: Viewer }> {
  const { db, settings } = context;
  sweepNowAndThen(context);
  const checked = await orCountAs(context, 'busy', () => check(context, attempt));
  const { user, refused } = checked;
  const id = refused === null ? await orCountAs(context, 'lost', () => enter(context, user!, checked.admission)) : null;
  const actor = id && (await actorOfSession(db, settings, id));
  if (!actor) {
    const reason = refused ?? 'the user account was changed meanwhile';
    await orCountAs(context, 'lost', () => recordFailure(context, user, reason));
    throw errorOf(context, checked);
  }
  const client = clientOf(context);
  client.setSession(id);
  client.setDevice(await issueDevice(db, client.deviceCookie, attempt.userName), DEVICE_LIFETIME);
  return { viewer: viewerOf(actor) };
}

/** An attempt whose password was checked. */
interface Checked {
  readonly user: SignInUser | undefined;
  /** Why the person may not come in; null if nothing is wrong. */
  readonly refused: string | null;
  /** Whether the browser is trusted. */
  readonly isDevice: boolean;
  readonly admission: Admission;
}

/**
 * Checks the password of an attempt. What is not checked, since too many wait, is no failure.
 * @throws UserInputError TOO_MANY_ATTEMPTS
 */
async function check(context: Context, { userName, password, device, who }: Attempt): Promise<Checked> {
  const { db } = context;
  const { ipAddress } = clientOf(context);
  const network = networkOf(ipAddress);
  const user = await signInUser(db, userName.slice(0, MAX_USER_NAME_LENGTH + 1), network);
  const trusted = device && user && isIssuedFor(device, user) ? device : null;
  const counters = signInCounters({
    typedName: userName,
    user: user ?? null,
    device: trusted,
    network: user?.isTrustedNetwork ? network : null,
  });
  const admission = await countAttempt(db, counters, ipAddress);
  if (admission.counted.length === 0) {
    throw tooManyAttempts(context, trusted ? admission.wait : admission.commonWait);
  }
  try {
    return { user, refused: await refusalOf(who, user, password), isDevice: trusted !== null, admission };
  } catch (error) {
    await takeBackAttempt(db, admission);
    throw error;
  }
}

/**
 * What a person is told whose attempt failed. From a trusted network it is what a stranger would be told at this moment:
 * whether a network is trusted would tell that the name exists. Whoever has the cookie of a trusted browser knows that.
 */
function errorOf(context: Context, { isDevice, admission: { commonWait } }: Checked): UserInputError {
  if (commonWait > 0 && !isDevice) return tooManyAttempts(context, commonWait);
  return new UserInputError(
    'INVALID_CREDENTIALS',
    'the user name or the password is wrong, or the user account is not in use',
  );
}

/** A new password ends the trust in all browsers. */
function isIssuedFor({ issuedAt }: Device, { passwordChangedAt }: SignInUser): boolean {
  return passwordChangedAt !== null && issuedAt >= Date.parse(passwordChangedAt);
}

/** Why a person may not come in, for the audit and never for the person; null where nothing is wrong. */
async function refusalOf(who: string, user: SignInUser | undefined, password: string): Promise<string | null> {
  const typed = isPasswordSized(password) ? opaqueString(password) : '';
  const matches = await matchesHash(who, user?.hash ?? null, typed);
  if (!user) return 'there is no such user account';
  if (user.hash === null) return 'the user account has no password';
  if (!matches) return 'the password was wrong';
  return isActive(user, Date.now()) ? null : 'the user account is not in use';
}

/** Starts a session in exchange for the one that the request carried; null where the password is another one by now. */
async function enter(
  context: Context,
  { id: userId, userName, hash }: SignInUser,
  admission: Admission,
): Promise<string | null> {
  // Beside a token the cookie is not looked at.
  const hasToken = context.actor !== null && context.actor.kind !== 'SESSION';
  const client = clientOf(context);
  const sessionId = hasToken ? null : client.sessionId;
  const id = newSessionId();
  const entered = await transaction(context.db, async (tx) => {
    const [current] = await tx.query<{ hash: string }>(
      sql`SELECT hash FROM passwords WHERE user_id = ${userId} ${raw(tx.dialect.forUpdate)}`,
    );
    if (current?.hash !== hash) return false;
    await forgetFailures(tx, admission);
    await trustNetwork(tx, userId, networkOf(client.ipAddress));
    if (sessionId !== null && (await endSession(tx, sessionId))) await recordLeft(tx, context);
    await startSession(tx, id, userId, client);
    await logActivity(tx, operatorFor(context, { id: userId, userName }), {
      operation: 'User Signed In',
      userName,
    });
    return true;
  });
  return entered ? id : null;
}

/** Who signs in anew has left the session before. One that had ended by itself is nobody's. */
async function recordLeft(tx: Transaction, context: Context): Promise<void> {
  const { actor } = context;
  if (!actor) return;
  const left = { operation: 'User Signed Out', userName: actor.userName, reason: 'by signing in anew' } as const;
  await logActivity(tx, operatorOf(context), left);
}

/** The name that was typed is recorded only where it is a user's: people type passwords there. */
function recordFailure(context: Context, user: SignInUser | undefined, reason: string): Promise<void> {
  const userName = user?.userName ?? null;
  const failure = { operation: 'User Sign-In Failed', outcome: 'FAILURE', userName, reason } as const;
  return transaction(context.db, (tx) => logActivity(tx, operatorFor(context, user), failure));
}

/** Whoever signs in does it under that name, signed in as somebody else or not. */
function operatorFor(context: Context, user: KnownUser | undefined): Operator {
  return { ...operatorOf(context), userId: user?.id ?? null, userName: user?.userName ?? 'Unknown' };
}
