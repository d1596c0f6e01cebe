import sql, { raw } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { deleteBy, insertAll } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { isSetBack } from '../../lib/set-back.js';
import { sha256 } from '../../lib/sha256.js';
import { countRefusals, endRefusals, type Refusal } from '../audits/refusals/count-refusals.js';
import { SignInAttempts } from './sign-in-attempts.js';

/** Failures in a row that cost nothing. */
const FREE_FAILURES = 5;

const MIN_DELAY = 1_000;
const MAX_DELAY = 15 * 60_000;

/** Milliseconds that the next attempt has to wait after so many failures in a row. */
export function delayAfter(failures: number): number {
  if (failures <= FREE_FAILURES) return 0;
  return Math.min(MIN_DELAY * 2 ** (failures - FREE_FAILURES - 1), MAX_DELAY);
}

/** What an attempt to give a password is counted by: keys of `sign_in_attempts`. */
export interface Counters {
  /** Of everybody who tries this password. */
  readonly common: string;
  /** Of the browser and of the network, if they are trusted: each is counted for itself. */
  readonly own: readonly string[];
  /** What an attempt that is refused is recorded as. */
  readonly refusal: Refusal;
}

/** What became of an attempt before its password was checked. */
export interface Admission {
  readonly counters: Counters;
  /** The counters that the attempt was added to; none if it is refused. */
  readonly counted: readonly string[];
  /** Milliseconds until the common counter lets the next attempt through. */
  readonly commonWait: number;
  /** As `commonWait`, of whichever counter does so first. */
  readonly wait: number;
}

/** The key of a counter. A JSON list cannot be the name that somebody types, whose key is the hash of the name alone. */
export function counterKey(...parts: readonly [string, ...string[]]): string {
  return sha256(parts.length === 1 ? parts[0] : `\u0000${JSON.stringify(parts)}`);
}

/**
 * Counts an attempt as a failure, or refuses it while the common counter and all own ones are in a delay. It is counted
 * before the password is checked, so that attempts at once get no more checks than attempts in a row; the one that succeeds
 * takes it back.
 */
export function countAttempt(db: Db, counters: Counters, from: string | null): Promise<Admission> {
  return transaction(db, async (tx) => {
    const common = await readCounter(tx, counters.common);
    const own: Counter[] = [];
    for (const key of counters.own) own.push(await readCounter(tx, key));
    const free = own.find(({ wait }) => wait === 0);
    const commonWait = common.wait;
    const wait = Math.min(commonWait, ...own.map(({ wait }) => wait));
    if (wait > 0) {
      await refuse(tx, counters.refusal, from, common);
      return { counters, counted: [], commonWait, wait };
    }
    if (commonWait === 0) await endRefusals(tx, counters.refusal.subject);
    const counted = [...(free ? [free] : []), ...(commonWait === 0 ? [common] : [])];
    for (const counter of counted) await addFailure(tx, counter);
    return { counters, counted: counted.map(({ key }) => key), commonWait, wait };
  });
}

/** Takes back an attempt whose password was not checked after all. */
export function takeBackAttempt(db: Db, { counted }: Admission): Promise<void> {
  return transaction(db, async (tx) => {
    for (const key of counted) await subtract(tx, key, 1, true);
  });
}

/**
 * Forgets failures after a success. A success of a trusted browser or network takes back its own failures alone: those of
 * others stay counted, and go on to slow them.
 */
export async function forgetFailures(tx: Transaction, { counters, counted }: Admission): Promise<void> {
  const { common, own, refusal } = counters;
  const mine = counted.find((key) => own.includes(key));
  if (mine === undefined) return clearCounters(tx, [common], refusal.subject);
  const { failures } = await readCounter(tx, mine);
  await deleteBy(tx, SignInAttempts, 'nameHash', [mine]);
  const isCommon = counted.includes(common);
  await subtract(tx, common, isCommon ? failures : failures - 1, isCommon);
}

/** Forgets all failures of counters. */
export async function clearCounters(tx: Transaction, keys: readonly string[], subject: string): Promise<void> {
  await deleteBy(tx, SignInAttempts, 'nameHash', keys);
  await endRefusals(tx, subject);
}

interface Counter {
  readonly key: string;
  readonly isStored: boolean;
  readonly failures: number;
  readonly blockedUntil: string | null;
  /** Milliseconds. */
  readonly wait: number;
}

async function readCounter(tx: Transaction, key: string): Promise<Counter> {
  const time = (column: string) => raw(tx.dialect.timeText(column));
  const [row] = await tx.query<Omit<SignInAttempts, 'nameHash'>>(
    sql`SELECT failures, ${time('attempted_at')} AS attemptedAt, ${time('blocked_until')} AS blockedUntil
        FROM sign_in_attempts WHERE name_hash = ${key} ${raw(tx.dialect.forUpdate)}`,
  );
  const { failures = 0, blockedUntil = null } = row ?? {};
  return { key, isStored: row !== undefined, failures, blockedUntil, wait: row ? waitOf(row) : 0 };
}

/** A wait that is longer than the longest delay, or that began before the clock was set back, is over. */
function waitOf({ attemptedAt, blockedUntil }: Pick<SignInAttempts, 'attemptedAt' | 'blockedUntil'>): number {
  if (blockedUntil === null || isSetBack(attemptedAt)) return 0;
  const wait = Date.parse(blockedUntil) - Date.now();
  return wait > 0 && wait <= MAX_DELAY ? wait : 0;
}

async function addFailure(tx: Transaction, { key, isStored, failures: before }: Counter): Promise<void> {
  const now = Date.now();
  const failures = before + 1;
  const delay = delayAfter(failures);
  const attemptedAt = new Date(now).toISOString();
  const blockedUntil = delay > 0 ? new Date(now + delay).toISOString() : null;
  if (!isStored) {
    // Of two that find no row the second fails by its key, and runs again.
    await insertAll(tx, SignInAttempts, [{ nameHash: key, failures, attemptedAt, blockedUntil }]);
    return;
  }
  const { timeValue } = tx.dialect;
  await tx.execute(
    sql`UPDATE sign_in_attempts SET failures = ${failures}, attempted_at = ${timeValue(attemptedAt)},
          blocked_until = ${blockedUntil && timeValue(blockedUntil)} WHERE name_hash = ${key}`,
  );
}

/** Takes failures back. `endsDelay`: the delay is one that they made, and ends with them. */
async function subtract(tx: Transaction, key: string, failures: number, endsDelay: boolean): Promise<void> {
  const counter = await readCounter(tx, key);
  if (!counter.isStored) return;
  const left = Math.max(0, counter.failures - failures);
  const isBlocked = !endsDelay && counter.wait > 0;
  if (left === 0 && !isBlocked) return deleteBy(tx, SignInAttempts, 'nameHash', [key]);
  const delay = isBlocked ? sql`` : sql`, blocked_until = NULL`;
  await tx.execute(sql`UPDATE sign_in_attempts SET failures = ${left}${delay} WHERE name_hash = ${key}`);
}

function refuse(tx: Transaction, refusal: Refusal, from: string | null, { blockedUntil }: Counter): Promise<void> {
  const since = new Date().toISOString();
  return countRefusals(tx, refusal, { count: 1, from, since, until: blockedUntil ?? since });
}
