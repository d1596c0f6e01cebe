import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../database/db.js';
import { transaction } from '../../database/transaction.js';
import { keptWith } from '../../lib/kept-with.js';
import { countRefused, subjectOfNetwork, tellEnded } from './sign-in.refusals.js';

/** Milliseconds. */
const STORED_EVERY = 2_000;
const TOLD_EVERY = 15_000;

/** How long the sign-ins of a network are counted before they are told, in milliseconds. */
const COUNTED_FOR = 60_000;

/** What was refused of one network and is not in the database yet. */
interface Tally {
  count: number;
  from: string | null;
}

const tallies = keptWith<Db, Map<string, Tally>>(() => new Map());

/**
 * Counts a sign-in of a network that failed too often. The first is stored, and with it recorded, at once; those that
 * follow it cost no statement: they are stored every two seconds.
 */
export async function countNetworkRefused(db: Db, network: string, from: string | null): Promise<void> {
  const tally = tallies(db.origin).get(network);
  if (!tally) {
    tallies(db.origin).set(network, { count: 1, from });
    await store(db, network);
    return;
  }
  tally.from = tally.count === 0 || tally.from === from ? from : null;
  tally.count += 1;
}

/** Stores what was counted. A network that had nothing more is forgotten: its next one is a first one. */
export async function storeNetworksRefused(db: Db): Promise<void> {
  for (const [network, { count }] of tallies(db.origin)) {
    if (count > 0) await store(db, network);
    else tallies(db.origin).delete(network);
  }
}

async function store(db: Db, network: string): Promise<void> {
  const tally = tallies(db.origin).get(network)!;
  const { count, from } = tally;
  tally.count = 0;
  const until = new Date(Date.now() + COUNTED_FOR).toISOString();
  const refused = { subject: subjectOfNetwork(network), userName: async () => null, count, from, until };
  try {
    await transaction(db, (tx) => countRefused(tx, refused));
  } catch (error) {
    tally.count += count;
    throw error;
  }
}

/** Stores what this process counts, and tells what is over, until it is stopped. */
export async function keepRefusals(db: Db, stop: AbortSignal): Promise<void> {
  const sleeps = () => sleep(STORED_EVERY, true, { signal: stop }).catch(() => false);
  for (let told = Number.NEGATIVE_INFINITY; await sleeps(); ) {
    await storeNetworksRefused(db);
    if (performance.now() - told < TOLD_EVERY) continue;
    await tellEnded(db);
    told = performance.now();
  }
}
