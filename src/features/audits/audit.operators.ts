import type { Db, Transaction } from '../../database/db.js';
import { Module } from '../../database/module.js';
import { hasChanged, lastPosition } from '../../database/positions.js';
import { findNames, storeNames } from '../users/user-names.service.js';
import type { AuditRecord } from './audit.record.js';

/** Names that are remembered: a few dozen megabytes. */
const MAX_CACHED = 200_000;

/** The ids of names by source, as they have been since the last change of any user account: that had this position. */
interface Cached {
  readonly position: number;
  readonly sources: Map<string, Map<string, number>>;
  size: number;
}

const cacheOf = new WeakMap<Db, Cached>();

/** Transactions that have stored names: what they find may be their own, and lost with them. */
const storing = new WeakSet<Transaction>();

/**
 * Finds whom a source means by the operators of audits: ids of names, in the order of the records. They are remembered until
 * a user account changes, which the last position of their module tells. A name that is claimed or linked keeps its id.
 */
export async function operatorsOf(tx: Transaction, source: string, records: readonly AuditRecord[]): Promise<number[]> {
  const cached = await cachedFor(tx);
  const known = namesIn(cached, source);
  const unknown = new Set<string>();
  for (const { operatedBy } of records) if (!known.has(operatedBy)) unknown.add(operatedBy);
  if (unknown.size === 0) return records.map(({ operatedBy }) => known.get(operatedBy)!);
  const found = await findNames(tx, source, unknown);
  if (!storing.has(tx)) {
    for (const [name, { id }] of found) known.set(name, id);
    cached.size += found.size;
  }
  const missing = [...unknown].filter((name) => !found.has(name));
  if (missing.length > 0) {
    storing.add(tx);
    for (const [name, row] of await storeNames(tx, source, missing)) found.set(name, row);
  }
  return records.map(({ operatedBy }) => known.get(operatedBy) ?? found.get(operatedBy)!.id);
}

/** What is remembered of the database as the transaction sees it: nothing that it has changed itself. */
async function cachedFor(tx: Transaction): Promise<Cached> {
  if (hasChanged(tx, Module.USER_ACCOUNTS)) return { position: 0, sources: new Map(), size: 0 };
  const position = await lastPosition(tx, Module.USER_ACCOUNTS);
  let cached = cacheOf.get(tx.origin);
  // Lookups from here on see this position or a later one. A caller at a later position starts a new cache.
  if (cached?.position !== position || cached.size > MAX_CACHED) {
    cached = { position, sources: new Map(), size: 0 };
    cacheOf.set(tx.origin, cached);
  }
  return cached;
}

function namesIn({ sources }: Cached, source: string): Map<string, number> {
  let names = sources.get(source);
  if (!names) {
    names = new Map();
    sources.set(source, names);
  }
  return names;
}
