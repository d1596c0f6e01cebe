import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../database/db.js';
import { transaction } from '../../database/transaction.js';
import { keptWith } from '../../lib/kept-with.js';
import { networkOf } from '../../lib/network.js';
import { type Cause, OTHERS, subjectOf } from './sign-in.causes.js';
import { countRefused, tellEnded } from './sign-in.refusals.js';

/** Milliseconds. */
const STORED_EVERY = 2_000;
const TOLD_EVERY = 15_000;

/** How long the sign-ins of a network are counted before they are told, in milliseconds. */
const COUNTED_FOR = 60_000;

/** Subjects that are told apart in that time; the networks beyond are counted together, so that many fill no more than few. */
const MOST_SUBJECTS = 100;

/** What is counted by network. */
export type TalliedCause = Exclude<Cause, 'name'>;

/** What was counted of one subject and is not in the database yet. */
interface Tally {
  /** In milliseconds of `performance.now()`. */
  readonly madeAt: number;
  count: number;
  from: string | null;
  /** When the first of these came. */
  since: string;
}

const tallies = keptWith<Db, Map<string, Tally>>(() => new Map());

/** Counts a sign-in that was not answered with right or wrong, in memory: it costs no statement. The subject it is counted with. */
export function countInMemory(db: Db, cause: TalliedCause, from: string | null): string {
  const known = tallies(db.origin);
  const own = subjectOf(cause, networkOf(from));
  const isTold = known.has(own) || known.size < MOST_SUBJECTS;
  const subject = isTold ? own : subjectOf(cause, OTHERS);
  add(known, subject, 1, isTold ? from : null, new Date().toISOString());
  return subject;
}

/**
 * Counts a sign-in of a network that failed too often. The first is stored, and with it recorded, at once; those that
 * follow it are stored every two seconds.
 */
export async function countNetworkRefused(db: Db, from: string | null): Promise<void> {
  const { size } = tallies(db.origin);
  const subject = countInMemory(db, 'network', from);
  if (tallies(db.origin).size > size) await store(db, subject);
}

/** Stores what was counted. A subject whose time is over without more is forgotten: its next one is a first one. */
export async function storeTallied(db: Db): Promise<void> {
  for (const [subject, { count, madeAt }] of tallies(db.origin)) {
    if (count > 0) await store(db, subject);
    else if (performance.now() - madeAt > COUNTED_FOR) tallies(db.origin).delete(subject);
  }
}

function add(known: Map<string, Tally>, subject: string, count: number, from: string | null, since: string): void {
  const tally = known.get(subject);
  if (!tally) {
    known.set(subject, { madeAt: performance.now(), count, from, since });
    return;
  }
  if (tally.count === 0) Object.assign(tally, { from, since });
  else if (tally.from !== from) tally.from = null;
  if (since < tally.since) tally.since = since;
  tally.count += count;
}

async function store(db: Db, subject: string): Promise<void> {
  const tally = tallies(db.origin).get(subject)!;
  const { count, from, since } = tally;
  tally.count = 0;
  const until = new Date(Date.now() + COUNTED_FOR).toISOString();
  const refused = { subject, userName: async () => null, count, from, since, until };
  try {
    await transaction(db, (tx) => countRefused(tx, refused));
  } catch (error) {
    add(tallies(db.origin), subject, count, from, since);
    throw error;
  }
}

/** Stores what this process counts, and tells what is over, until it is stopped. */
export async function keepRefusals(db: Db, stop: AbortSignal): Promise<void> {
  const sleeps = () => sleep(STORED_EVERY, true, { signal: stop }).catch(() => false);
  for (let told = Number.NEGATIVE_INFINITY; await sleeps(); ) {
    await storeTallied(db);
    if (performance.now() - told < TOLD_EVERY) continue;
    await tellEnded(db);
    told = performance.now();
  }
}
