import type { Db } from '../../database/db.js';
import { clientOf } from '../../graphql/client.js';
import type { Context } from '../../graphql/context.js';
import { logOf } from '../../graphql/request-log.js';
import { UserFault } from '../../graphql/user-errors.js';
import { counted } from '../../lib/counted.js';
import { keptWith } from '../../lib/kept-with.js';
import { networkOf } from '../../lib/network.js';
import { TokenBuckets } from '../../lib/token-buckets.js';
import { countNetworkRefused } from './sign-in.tally.js';

/** Failures that each address may have; `refill` in milliseconds. */
const FAILURES = { capacity: 20, refill: 3_000, buckets: 10_000 };

/** Of this process alone: in the database each failure of an address would cost what it shall not cost. */
const budgetOf = keptWith<Db, TokenBuckets>(() => new TokenBuckets(FAILURES));

/**
 * Does the work of a sign-in, which costs its address one of its failures where it fails. It is taken before and given
 * back, so that what comes at once is counted too.
 * @throws UserFault TOO_MANY_ATTEMPTS
 */
export async function withinBudget<T>(context: Context, work: () => Promise<T>): Promise<T> {
  const budget = budgetOf(context.db.origin);
  const { ipAddress } = clientOf(context);
  const network = networkOf(ipAddress);
  const wait = budget.take(network);
  if (wait > 0) {
    await countNetworkRefused(context.db, ipAddress);
    throw tooManyAttempts(context, wait);
  }
  try {
    const result = await work();
    budget.giveBack(network);
    return result;
  } catch (error) {
    if (!(error instanceof UserFault)) budget.giveBack(network);
    throw error;
  }
}

/** `wait` in milliseconds. Each refusal stands in the log, without the name since people type passwords there. */
export function tooManyAttempts(context: Context, wait: number): UserFault {
  logOf(context)?.warn('a sign-in was refused: too many failed before');
  const seconds = counted(Math.ceil(wait / 1_000), 'second');
  return new UserFault('TOO_MANY_ATTEMPTS', `too many sign-ins failed: wait ${seconds} before you try again`);
}
