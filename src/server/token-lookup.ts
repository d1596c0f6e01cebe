import { LRUCache } from 'lru-cache';
import type { Database, Db } from '../database/db.js';
import type { Actor } from '../graphql/context.js';
import { AppError } from '../lib/app-error.js';
import { networkOf } from '../lib/network.js';
import { pluralize } from '../lib/pluralize.js';
import { TokenBuckets } from '../lib/token-buckets.js';
import { UnknownToken } from '../lib/unknown-token.js';
import { weakMemo } from '../lib/weak-memo.js';
import type { TokenRefusal } from './refused-tokens.js';
import { kindOf } from './token-kinds.js';

/** Unknown tokens that each address may send; `refill` in milliseconds. */
const UNKNOWN = { capacity: 60, refill: 1_000, buckets: 10_000 };

/** What this process has seen of tokens, by their hashes. */
class SeenTokens {
  readonly known = new LRUCache<string, true>({ max: 10_000 });
  /** Those that are being looked at: what the same token costs, it costs once. */
  readonly asked = new Set<string>();
  readonly unknown = new TokenBuckets(UNKNOWN);
}

/** Called for each token that is refused since it is not known here, or cannot be. */
export type OnTokenRefused = (reason: TokenRefusal, ipAddress: string | null) => void;

const seenIn = weakMemo<Db, SeenTokens>(() => new SeenTokens());

/**
 * The actor that a token stands for. An address that has sent too many unknown ones is refused without asking the
 * database, but for tokens that were known before: those that are used behind the same address go on, and who has one
 * that is refused reads why.
 * @throws AppError UNAUTHENTICATED or TOO_MANY_ATTEMPTS
 */
export async function lookUpToken(
  db: Database,
  token: string,
  ipAddress: string | null,
  onRefused: OnTokenRefused,
): Promise<Actor> {
  const { hashOf, actorOf } = kindOf(token);
  const hash = hashIfWellFormed(hashOf, token, () => onRefused('malformed', ipAddress));
  const seen = seenIn(db.origin);
  if (seen.known.has(hash) || seen.asked.has(hash)) return actorOf(db, hash, ipAddress);
  const network = networkOf(ipAddress);
  const wait = seen.unknown.take(network);
  if (wait > 0) {
    onRefused('too many', ipAddress);
    throw tooManyAttempts(wait);
  }
  seen.asked.add(hash);
  try {
    return await ifKnown(seen, hash, network, actorOf(db, hash, ipAddress));
  } catch (error) {
    if (error instanceof UnknownToken) onRefused('unknown', ipAddress);
    throw error;
  } finally {
    seen.asked.delete(hash);
  }
}

/** What is not a token costs nothing to refuse. */
function hashIfWellFormed(hashOf: (token: string) => string, token: string, onRefused: () => void): string {
  try {
    return hashOf(token);
  } catch (error) {
    onRefused();
    throw error;
  }
}

/** Only what is not known costs: not a token that is refused for another reason, nor a database that does not answer. */
async function ifKnown(seen: SeenTokens, hash: string, network: string, asked: Promise<Actor>): Promise<Actor> {
  try {
    const actor = await asked;
    seen.known.set(hash, true);
    seen.unknown.giveBack(network);
    return actor;
  } catch (error) {
    if (error instanceof UnknownToken) throw error;
    if (error instanceof AppError && error.code === 'UNAUTHENTICATED') seen.known.set(hash, true);
    seen.unknown.giveBack(network);
    throw error;
  }
}

/** `wait` in milliseconds. */
function tooManyAttempts(wait: number): AppError {
  const seconds = Math.ceil(wait / 1_000);
  const message = `too many unknown auth tokens came from your address: wait ${pluralize(seconds, 'second')} before you try again`;
  return new AppError('TOO_MANY_ATTEMPTS', message, seconds);
}
