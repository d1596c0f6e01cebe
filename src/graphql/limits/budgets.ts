import type { Config } from '../../config.js';
import { networkOf } from '../../lib/network.js';
import { TokenBuckets } from '../../lib/token-buckets.js';
import { turnTime } from '../../lib/turn-time.js';
import type { Client } from '../client.js';
import type { Actor } from '../context.js';

/** What all who are not signed in and share a network may ask for each second: signing in, and what is public. */
const NOBODY_PER_SECOND = 500;
/** Seconds whose budget may be saved up, and then be spent at once. */
const SAVED = 2;
const MAX_BUCKETS = 10_000;
/** Milliseconds. */
const SOON = 1_000;

/** What one kind of actor may spend. */
interface Budget {
  /** As headers name it. */
  readonly name: string;
  /** What comes back each second; an operation that costs more is refused for good. */
  readonly perSecond: number;
  readonly capacity: number;
  readonly buckets: TokenBuckets;
  /** What that runs now may cost, by the keys of the buckets. */
  readonly running: Map<string, number>;
}

/** The budgets of a process, by kind: an import does not spend what people have. */
export interface Budgets {
  readonly connector: Budget;
  readonly session: Budget;
  readonly ingest: Budget;
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
    ingest: makeBudget('ingest', costPerSecond.ingest),
    nobody: makeBudget('nobody', NOBODY_PER_SECOND),
  };
}

/** Connectors and what pushes are counted by their tokens, a session by its user, and who is not signed in by the network. */
export function accountOf(budgets: Budgets, actor: Actor | null, client: Client): Account {
  if (!actor) return { budget: budgets.nobody, key: networkOf(client.ipAddress) };
  if (actor.kind === 'SESSION') return { budget: budgets.session, key: String(actor.userId) };
  if (actor.ingest) return { budget: budgets.ingest, key: String(actor.ingest.tokenId) };
  return { budget: budgets.connector, key: String(actor.tokenId ?? `user ${actor.userId}`) };
}

/** What is left beside what runs. */
export function availableIn({ budget, key }: Account): number {
  return Math.max(0, budget.buckets.available(key, turnTime()) - (budget.running.get(key) ?? 0));
}

/**
 * Sets a cost aside until it is settled, if so much is there and `spare` beside it: 0, or the milliseconds until there may
 * be. What is set aside does not come back meanwhile, or what runs at once would pay for itself by running long.
 */
export function reserve({ budget, key }: Account, cost: number, spare = 0): number {
  const running = budget.running.get(key) ?? 0;
  const needed = running + cost + spare;
  // When what runs will end is not known.
  const wait = needed > budget.capacity ? SOON : budget.buckets.waitFor(key, needed, turnTime());
  if (wait === 0) budget.running.set(key, running + cost);
  return wait;
}

/** Takes what something has cost in the end, for what was set aside for it. */
export function charge({ budget, key }: Account, reserved: number, cost: number): void {
  const running = (budget.running.get(key) ?? 0) - reserved;
  if (running > 0) budget.running.set(key, running);
  else budget.running.delete(key);
  budget.buckets.charge(key, cost, turnTime());
}

/** What an answer says of it, as draft-ietf-httpapi-ratelimit-headers-10 has it in sections 3 and 4. */
export function budgetHeaders(account: Account): Readonly<Record<'ratelimit-policy' | 'ratelimit', string>> {
  const { name, capacity, perSecond } = account.budget;
  return {
    'ratelimit-policy': `"${name}";q=${capacity};w=${capacity / perSecond}`,
    ratelimit: `"${name}";r=${availableIn(account)}`,
  };
}

function makeBudget(name: string, perSecond: number): Budget {
  const capacity = SAVED * perSecond;
  return {
    name,
    perSecond,
    capacity,
    buckets: new TokenBuckets({ capacity, refill: 1_000 / perSecond, buckets: MAX_BUCKETS }),
    running: new Map(),
  };
}
