import type { Config } from '../../config.js';
import { networkOf } from '../../lib/network.js';
import { TokenBuckets } from '../../lib/token-buckets.js';
import { clientOf } from '../client.js';
import type { Context } from '../context.js';

/** What all who are not signed in and share a network may ask for each second: signing in, and what is public. */
const NOBODY_PER_SECOND = 500;
/** Seconds whose budget may be saved up, and then be spent at once. */
const SAVED = 4;
const MOST_BUCKETS = 10_000;

/** What one kind of actor may spend. */
interface Budget {
  /** As headers name it. */
  readonly name: string;
  /** What comes back each second; an operation that costs more is refused for good. */
  readonly perSecond: number;
  readonly capacity: number;
  readonly buckets: TokenBuckets;
}

/** The budgets of a process, by kind: an import does not spend what people have. */
export interface Budgets {
  readonly connector: Budget;
  readonly session: Budget;
  readonly nobody: Budget;
}

/** The budget that a request is counted with, and the one bucket of it. */
export interface Account {
  readonly budget: Budget;
  readonly key: string;
}

export function makeBudgets({ costPerSecond }: Config): Budgets {
  return {
    connector: makeBudget('connector', costPerSecond.connector),
    session: makeBudget('session', costPerSecond.session),
    nobody: makeBudget('nobody', NOBODY_PER_SECOND),
  };
}

/** A connector is counted by its token, a session by its user, and who is not signed in by the network. */
export function accountOf(budgets: Budgets, context: Context): Account {
  const { actor } = context;
  if (!actor) return { budget: budgets.nobody, key: networkOf(clientOf(context).ipAddress) };
  if (actor.kind === 'SESSION') return { budget: budgets.session, key: String(actor.userId) };
  return { budget: budgets.connector, key: String(actor.tokenId ?? `user ${actor.userId}`) };
}

export function availableIn({ budget, key }: Account): number {
  return budget.buckets.available(key);
}

/** 0, or the whole seconds until there will be enough. */
export function spend({ budget, key }: Account, cost: number): number {
  return Math.ceil(budget.buckets.take(key, undefined, cost) / 1_000);
}

export function giveBack({ budget, key }: Account, cost: number): void {
  budget.buckets.giveBack(key, cost);
}

function makeBudget(name: string, perSecond: number): Budget {
  const capacity = SAVED * perSecond;
  return {
    name,
    perSecond,
    capacity,
    buckets: new TokenBuckets({ capacity, refill: 1_000 / perSecond, buckets: MOST_BUCKETS }),
  };
}
