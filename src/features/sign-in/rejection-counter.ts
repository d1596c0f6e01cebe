import type { Db } from '../../database/db.js';
import { clientOf } from '../../graphql/client.js';
import type { Context } from '../../graphql/context.js';
import { logOf } from '../../graphql/request-log.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { networkOf } from '../../lib/network.js';
import { type Counted, countInMemory, storeCounted } from '../audits/refusals/refusal-tally.js';
import { byNetwork, type NetworkRejectionReason, refusalOf } from './rejection-reasons.js';

/** Counts a sign-in whose operation was rejected by the rate limiter before it ran. */
export function countOverBudget(context: Context): void {
  count(context.db, 'budget', clientOf(context).ipAddress);
  logOf(context)?.warn('a sign-in was turned away unseen: too much had been asked for before');
}

/**
 * Counts a sign-in from a network that failed too often. The first one is stored, and so recorded, at once; those that
 * follow are stored every two seconds.
 */
export async function countNetworkRefused(db: Db, from: string | null): Promise<void> {
  const counted = count(db, 'network', from);
  if (counted.isFirst) await storeCounted(db, counted);
}

/**
 * Does a part of a sign-in, and counts it with this cause if it ends with anything but an answer to the user. The log has
 * the error.
 */
export async function orCountAs<T>(context: Context, reason: 'busy' | 'lost', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserInputError)) count(context.db, reason, clientOf(context).ipAddress);
    throw error;
  }
}

function count(db: Db, reason: NetworkRejectionReason, from: string | null): Counted {
  return countInMemory(db, byNetwork, refusalOf(reason, networkOf(from), null), from);
}
