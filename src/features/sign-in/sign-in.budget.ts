import type { Db } from '../../database/db.js';
import { clientOf } from '../../graphql/client.js';
import type { Context } from '../../graphql/context.js';
import { logOf } from '../../graphql/request-log.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { pluralize } from '../../lib/pluralize.js';
import { TokenBuckets } from '../../lib/token-buckets.js';
import { weakMemo } from '../../lib/weak-memo.js';
import { countNetworkRefused } from './rejection-counter.js';

/** Failures that each network, or browser that signed in before, may have; `refill` in milliseconds. */
const FAILURES = { capacity: 20, refill: 3_000, buckets: 10_000 };

/** Of this process alone: in the database each failure of an address would cost what it shall not cost. */
const budgetOf = weakMemo<Db, TokenBuckets>(() => new TokenBuckets(FAILURES));

/**
 * Does the work of a sign-in, which takes one failure of `who` if it fails. It is taken before the work and given
 * back after it, so that attempts at once are counted too.
 * @throws UserInputError TOO_MANY_ATTEMPTS
 */
export async function withinBudget<T>(context: Context, who: string, work: () => Promise<T>): Promise<T> {
  const budget = budgetOf(context.db.origin);
  const wait = budget.take(who);
  if (wait > 0) {
    await countNetworkRefused(context.db, clientOf(context).ipAddress);
    throw tooManyAttempts(context, wait);
  }
  try {
    const result = await work();
    budget.giveBack(who);
    return result;
  } catch (error) {
    if (!(error instanceof UserInputError)) budget.giveBack(who);
    throw error;
  }
}

/** `wait` in milliseconds. Each refusal is a line of the log, without the name since people type passwords there. */
export function tooManyAttempts(context: Context, wait: number): UserInputError {
  logOf(context)?.warn('a sign-in was refused: too many failed before');
  const seconds = pluralize(Math.ceil(wait / 1_000), 'second');
  return new UserInputError('TOO_MANY_ATTEMPTS', `too many sign-ins failed: wait ${seconds} before you try again`);
}
