import sql, { join } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { Module } from '../../database/module.js';
import { hasChanged, lastPosition } from '../../database/positions.js';
import { VALUES_AT_ONCE } from '../../database/rows.js';
import { chunks } from '../../lib/chunks.js';
import { storeResourceNames } from './audit.name-index.js';
import type { AuditRecord } from './audit.record.js';

/** The resource and privileged account that an audit is about; null where there is none. */
export interface Links {
  readonly resourceId: number | null;
  readonly accountId: number | null;
}

const nothing: Links = { resourceId: null, accountId: null };

/** What is remembered of resources and accounts: a few dozen megabytes. */
const MAX_CACHED = 200_000;

/** What was looked up of a source's resources, what was not found included. */
interface Known {
  readonly bySourceId: Map<string, number | undefined>;
  /** Undefined where several have it. */
  readonly byName: Map<string, number | undefined>;
  readonly resources: Map<number, KnownResource>;
}

/** A resource; its links are made once, since thousands of audits have the same. */
interface KnownResource {
  readonly itself: Links;
  readonly accountsByIdentity: Map<string, Links>;
  /** The resource itself where several have it. */
  readonly accountsByName: Map<string, Links>;
  /** Those of its names that are stored. */
  readonly names: Set<string>;
}

/** What is known of each source, as it has been since the last change of any resource: that had this position. */
interface Cached {
  readonly position: number;
  readonly sources: Map<string, Known>;
  size: number;
}

const cacheOf = new WeakMap<Db, Cached>();

/**
 * Finds the resource and privileged account that each audit is about: by the source's own ids where it gives them, else
 * by a name that only one resource of the source, or one account of the resource, has. What was found is remembered
 * until a resource or account changes, which the last position of their module tells. The names by which audits call their
 * resource are stored, so that they are found by them.
 */
export async function linkAudits(tx: Transaction, source: string, records: readonly AuditRecord[]): Promise<Links[]> {
  const sourceIds = new Set<string>();
  const names = new Set<string>();
  for (const { resourceSourceId, resourceName } of records) {
    if (resourceSourceId) sourceIds.add(resourceSourceId);
    else if (resourceName) names.add(resourceName);
  }
  if (sourceIds.size === 0 && names.size === 0) return records.map(() => nothing);
  const cached = await cachedFor(tx);
  const known = knownOf(cached, source);
  cached.size += await findBySourceIds(tx, source, known, sourceIds);
  cached.size += await findByNames(tx, source, known, names);
  const resourceIds = [...valuesOf(known.bySourceId, sourceIds), ...valuesOf(known.byName, names)];
  cached.size += await findAccounts(tx, known, new Set(resourceIds));
  const links = records.map((record) => linksOf(known, record));
  cached.size += await storeNames(tx, known, records, links);
  return links;
}

function linksOf(known: Known, record: AuditRecord): Links {
  const { resourceSourceId, resourceName, accountSourceId, accountName } = record;
  const resourceId = resourceSourceId ? known.bySourceId.get(resourceSourceId) : known.byName.get(resourceName ?? '');
  if (resourceId === undefined) return nothing;
  const resource = known.resources.get(resourceId);
  // Another transaction has just found what was not there when this one looked.
  if (resource === undefined) return nothing;
  const { itself, accountsByIdentity, accountsByName } = resource;
  const ofAccount = accountSourceId ? accountsByIdentity.get(accountSourceId) : accountsByName.get(accountName ?? '');
  return ofAccount ?? itself;
}

/** What is remembered of the database as the transaction sees it: nothing that it has changed itself. */
async function cachedFor(tx: Transaction): Promise<Cached> {
  if (hasChanged(tx, Module.RESOURCES)) return { position: 0, sources: new Map(), size: 0 };
  const position = await lastPosition(tx, Module.RESOURCES);
  let cached = cacheOf.get(tx.origin);
  // What is looked up from here on is of this position or a later one: whoever has come to that begins anew.
  if (cached?.position !== position || cached.size > MAX_CACHED) {
    cached = { position, sources: new Map(), size: 0 };
    cacheOf.set(tx.origin, cached);
  }
  return cached;
}

function knownOf({ sources }: Cached, source: string): Known {
  let known = sources.get(source);
  if (!known) {
    known = { bySourceId: new Map(), byName: new Map(), resources: new Map() };
    sources.set(source, known);
  }
  return known;
}

/** Looks up what is not known yet; how much there is to remember of it. */
async function findBySourceIds(tx: Transaction, source: string, known: Known, wanted: Set<string>): Promise<number> {
  const unknown = [...wanted].filter((sourceId) => !known.bySourceId.has(sourceId));
  for (const part of chunks(unknown, VALUES_AT_ONCE)) {
    const rows = await tx.query<{ id: number; sourceId: string }>(
      sql`SELECT id, source_id AS sourceId FROM resources WHERE source = ${source} AND source_id IN (${join(part)})`,
    );
    for (const sourceId of part) known.bySourceId.set(sourceId, undefined);
    for (const { id, sourceId } of rows) known.bySourceId.set(sourceId, id);
  }
  return unknown.length;
}

/** As `findBySourceIds`. */
async function findByNames(tx: Transaction, source: string, known: Known, wanted: Set<string>): Promise<number> {
  const unknown = [...wanted].filter((name) => !known.byName.has(name));
  for (const part of chunks(unknown, VALUES_AT_ONCE)) {
    const rows = await tx.query<{ id: number; name: string }>(
      sql`SELECT MIN(id) AS id, name FROM resources WHERE source = ${source} AND name IN (${join(part)})
          GROUP BY name HAVING COUNT(*) = 1`,
    );
    for (const name of part) known.byName.set(name, undefined);
    for (const { id, name } of rows) known.byName.set(name, id);
  }
  return unknown.length;
}

/** As `findBySourceIds`, for all accounts of resources. */
async function findAccounts(tx: Transaction, known: Known, resourceIds: Set<number>): Promise<number> {
  const unknown = [...resourceIds].filter((id) => !known.resources.has(id));
  let size = unknown.length;
  for (const part of chunks(unknown, VALUES_AT_ONCE)) {
    const rows = await tx.query<{ id: number; resourceId: number; identity: string; name: string }>(
      sql`SELECT id, resource_id AS resourceId, identity, name FROM privileged_accounts
          WHERE resource_id IN (${join(part)})`,
    );
    for (const resourceId of part) {
      const itself = { resourceId, accountId: null };
      known.resources.set(resourceId, {
        itself,
        accountsByIdentity: new Map(),
        accountsByName: new Map(),
        names: new Set(),
      });
    }
    for (const { id: accountId, resourceId, identity, name } of rows) {
      const { itself, accountsByIdentity, accountsByName } = known.resources.get(resourceId)!;
      const links = { resourceId, accountId };
      accountsByIdentity.set(identity, links);
      accountsByName.set(name, accountsByName.has(name) ? itself : links);
    }
    size += rows.length;
  }
  return size;
}

/** Stores the names by which audits call the resource that they are linked to; as `findBySourceIds`. */
async function storeNames(
  tx: Transaction,
  { resources }: Known,
  records: readonly AuditRecord[],
  links: readonly Links[],
): Promise<number> {
  const unknown = new Map<number, Set<string>>();
  for (let n = 0; n < records.length; n++) {
    const { resourceName: name } = records[n]!;
    const { resourceId } = links[n]!;
    if (resourceId === null || typeof name !== 'string' || resources.get(resourceId)!.names.has(name)) continue;
    unknown.set(resourceId, (unknown.get(resourceId) ?? new Set()).add(name));
  }
  if (unknown.size === 0) return 0;
  const names = [...unknown].flatMap(([resourceId, ofIt]) => [...ofIt].map((name) => ({ name, resourceId })));
  const stored = await storeResourceNames(tx, names);
  for (const { name, resourceId } of stored) resources.get(resourceId)?.names.add(name);
  return stored.length;
}

function* valuesOf<Key, Value>(map: ReadonlyMap<Key, Value | undefined>, keys: Iterable<Key>): Generator<Value> {
  for (const key of keys) {
    const value = map.get(key);
    if (value !== undefined) yield value;
  }
}
