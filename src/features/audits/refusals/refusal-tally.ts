import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../../database/db.js';
import { transaction } from '../../../database/transaction.js';
import { weakMemo } from '../../../lib/weak-memo.js';
import { countRefusals, endOldRefusals, type Refusal } from './count-refusals.js';

/** Milliseconds. */
const STORED_EVERY = 2_000;
const ENDED_EVERY = 15_000;

/** How long a subject is remembered in memory after it was first counted, in milliseconds. */
const REMEMBERED_FOR = 60_000;

/** Subjects of one kind that are remembered at once. Those beyond are counted together, so many of them fill no more audits than few. */
const MAX_SUBJECTS = 100;

/** Refusals that share a limit of subjects. */
export interface RefusalKind {
  readonly name: string;
  /** Milliseconds from the first refusal of a subject to the audit of those that followed. */
  readonly window: number;
  /** What is counted in place of subjects beyond the limit. */
  others(refusal: Refusal): Refusal;
}

/** What was counted of one subject and is not in the database yet. */
interface Tally {
  readonly refusal: Refusal;
  readonly window: number;
  /** In milliseconds of `performance.now()`. */
  readonly madeAt: number;
  count: number;
  from: string | null;
  /** When the first of these came. */
  since: string;
}

type Tallies = Map<string, Tally>;

const talliesOf = weakMemo<Db, Map<string, Tallies>>(() => new Map());

/** Writes that have begun, so that a stop can wait for them. */
const writesOf = weakMemo<Db, Set<Promise<void>>>(() => new Set());

/** A refusal as it was counted. */
export interface Counted {
  readonly kind: RefusalKind;
  readonly subject: string;
  /** Whether it is the first of its subject that this process remembers. */
  readonly isFirst: boolean;
}

/** Counts a refusal in memory, without a statement. `storeRefusals` stores it later. */
export function countInMemory(db: Db, kind: RefusalKind, refusal: Refusal, from: string | null): Counted {
  const tallies = ofKind(db, kind);
  const isOwn = tallies.has(refusal.subject) || tallies.size < MAX_SUBJECTS;
  const counted = isOwn ? refusal : kind.others(refusal);
  const isFirst = !tallies.has(counted.subject);
  add(tallies, counted, kind.window, { count: 1, from: isOwn ? from : null, since: new Date().toISOString() });
  return { kind, subject: counted.subject, isFirst };
}

/** Stores what was counted of one subject. */
export async function storeCounted(db: Db, { kind, subject }: Counted): Promise<void> {
  await store(db, ofKind(db, kind), subject);
}

/** Stores all that was counted, and waits for writes that have begun. A subject without more for a while is forgotten. */
export async function storeRefusals(db: Db): Promise<void> {
  await Promise.allSettled(writesOf(db.origin));
  for (const tallies of talliesOf(db.origin).values()) {
    for (const [subject, { count, madeAt }] of tallies) {
      if (count > 0) await store(db, tallies, subject);
      else if (performance.now() - madeAt > REMEMBERED_FOR) tallies.delete(subject);
    }
  }
}

/** Stores what this process counts, and ends windows whose time is over, until it is stopped. */
export async function keepRefusals(db: Db, stop: AbortSignal): Promise<void> {
  const sleeps = () => sleep(STORED_EVERY, true, { signal: stop }).catch(() => false);
  for (let ended = Number.NEGATIVE_INFINITY; await sleeps(); ) {
    await storeRefusals(db);
    if (performance.now() - ended < ENDED_EVERY) continue;
    await endOldRefusals(db);
    ended = performance.now();
  }
}

function ofKind(db: Db, { name }: RefusalKind): Tallies {
  const kinds = talliesOf(db.origin);
  let tallies = kinds.get(name);
  if (!tallies) {
    tallies = new Map();
    kinds.set(name, tallies);
  }
  return tallies;
}

type Uncounted = Pick<Tally, 'count' | 'from' | 'since'>;

function add(tallies: Tallies, refusal: Refusal, window: number, { count, from, since }: Uncounted): void {
  const tally = tallies.get(refusal.subject);
  if (!tally) {
    tallies.set(refusal.subject, { refusal, window, madeAt: performance.now(), count, from, since });
    return;
  }
  if (tally.count === 0) Object.assign(tally, { from, since });
  else if (tally.from !== from) tally.from = null;
  if (since < tally.since) tally.since = since;
  tally.count += count;
}

async function store(db: Db, tallies: Tallies, subject: string): Promise<void> {
  const { refusal, window, count, from, since } = tallies.get(subject)!;
  if (count === 0) return;
  tallies.get(subject)!.count = 0;
  const until = new Date(Date.now() + window).toISOString();
  const writes = writesOf(db.origin);
  const write = transaction(db, (tx) => countRefusals(tx, refusal, { count, from, since, until }));
  writes.add(write);
  try {
    await write;
  } catch (error) {
    add(tallies, refusal, window, { count, from, since });
    throw error;
  } finally {
    writes.delete(write);
  }
}
