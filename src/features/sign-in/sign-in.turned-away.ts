import { clientOf } from '../../graphql/client.js';
import type { Context } from '../../graphql/context.js';
import { logOf } from '../../graphql/request-log.js';
import { UserFault } from '../../graphql/user-errors.js';
import { countInMemory, type TalliedCause } from './sign-in.tally.js';

/** Counts a sign-in whose operation was refused before it ran, since too much had been asked for. */
export function turnedAwayOverBudget(context: Context): void {
  count(context, 'budget');
  logOf(context)?.warn('a sign-in was turned away unseen: too much had been asked for before');
}

/**
 * Does a part of a sign-in; where it ends with anything but an answer to the person, the sign-in is counted with this
 * cause. What went wrong stands in the log.
 */
export async function orCountAs<T>(context: Context, cause: 'busy' | 'lost', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserFault)) count(context, cause);
    throw error;
  }
}

function count(context: Context, cause: TalliedCause): void {
  countInMemory(context.db, cause, clientOf(context).ipAddress);
}
