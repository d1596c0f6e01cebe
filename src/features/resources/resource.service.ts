import type { Db, Transaction } from '../../database/db.js';
import { Module, type RecordOutcome } from '../../database/module.js';
import { recordAdded, recordChanged, recordDeleted, recordHidden } from '../../database/positions.js';
import {
  deleteBy,
  differences,
  findBy,
  insertAll,
  lockRecords,
  lockRows,
  tooLong,
  updateAll,
} from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { SEARCHED } from '../../graphql/pages/filters.js';
import { chunksByWeight } from '../../lib/chunks.js';
import { distinctRuns } from '../../lib/distinct-runs.js';
import { searchText } from '../../lib/search-text.js';
import { UserAccount } from '../users/user-account.js';
import { scopeWidened } from '../users/user-account.service.js';
import { type KnownName, storeNames } from '../users/user-names.service.js';
import { AccessGrant } from './access-grant.js';
import { grantedNamesChanged } from './access-grant.names.js';
import { PastShare, pastShareOf } from './past-share.js';
import { countAccounts, tooLongChild, writeAccounts, writeCustomFields } from './resource.children.js';
import { cutResource } from './resource.cut.js';
import { CustomField, PrivilegedAccount, Resource } from './resource.js';
import { ownersOf } from './resource.owners.js';
import type { ResourceRecord } from './resource.record.js';

/**
 * Stores resources of a source, new or changed, with their accounts and custom fields. Outcomes in the order of the records.
 * The resources of `partial`, by their source ids, may have more accounts than their records list: those stay.
 */
export function recordResources(
  db: Db,
  source: string,
  records: readonly ResourceRecord[],
  partial: ReadonlySet<string> = new Set(),
): Promise<RecordOutcome[]> {
  return transaction(db, async (tx) => {
    const outcomes: RecordOutcome[] = [];
    for (const run of distinctRuns(records.map(cutResource), ({ sourceId }) => sourceId)) {
      outcomes.push(...(await writeResources(tx, source, run, partial)));
    }
    return outcomes;
  });
}

/** Deletes resources of a source, and what was shared of them; a source id that is not there is UNCHANGED. */
export function deleteResources(db: Db, source: string, sourceIds: readonly string[]): Promise<RecordOutcome[]> {
  return transaction(db, async (tx) => {
    const found = await lockRecords<Resource>(tx, Resource, source, sourceIds);
    const ids = [...found.values()].map(({ id }) => id);
    const grants = await findBy<AccessGrant>(tx, AccessGrant, 'resourceId', ids);
    const shares = await sharesOf(tx, [...found.values()], grants);
    await insertAll(tx, PastShare, shares);
    await lockRows(
      tx,
      UserAccount,
      grants.map(({ userId }) => userId),
    );
    for (const { userId } of grants) recordChanged(tx, Module.USER_ACCOUNTS, userId);
    await deleteBy(tx, AccessGrant, 'resourceId', ids);
    await deleteBy(tx, CustomField, 'resourceId', ids);
    await deleteBy(tx, PrivilegedAccount, 'resourceId', ids);
    await deleteBy(tx, Resource, 'id', ids);
    const viewers = new Map<number, number[]>(ids.map((id) => [id, []]));
    for (const { resourceId, userId } of shares) viewers.get(resourceId)!.push(userId);
    for (const id of ids) recordDeleted(tx, Module.RESOURCES, id, viewers.get(id)!);
    return sourceIds.map((sourceId): RecordOutcome => (found.delete(sourceId) ? 'DELETED' : 'UNCHANGED'));
  });
}

async function writeResources(
  tx: Transaction,
  source: string,
  records: readonly ResourceRecord[],
  partial: ReadonlySet<string>,
): Promise<RecordOutcome[]> {
  const refusals = new Map(records.map((record) => [record, refusalOf(record)]));
  const accepted = records.filter((record) => !refusals.get(record));
  const sourceIds = accepted.map(({ sourceId }) => sourceId);
  const before = await lockRecords<Resource>(tx, Resource, source, sourceIds);
  const names = await storeNames(
    tx,
    source,
    accepted.flatMap(({ ownerName }) => ownerName ?? []),
  );
  await addMissing(
    tx,
    source,
    accepted.filter(({ sourceId }) => !before.has(sourceId)),
    names,
  );
  const stored = await lockRecords<Resource>(tx, Resource, source, sourceIds);
  const ids = new Map(accepted.map((record) => [record, stored.get(record.sourceId)!.id]));
  const childrenChanged = await writeChildren(tx, ids, stored, partial);
  const kept = await countAccounts(
    tx,
    [...ids].flatMap(([{ sourceId }, id]) => (partial.has(sourceId) ? [id] : [])),
  );
  const outcomes = new Map<ResourceRecord, RecordOutcome>();
  const changes = new Map<number, Partial<Resource>>();
  for (const [record, id] of ids) {
    const old = before.get(record.sourceId);
    const known =
      old && partial.has(record.sourceId)
        ? { ...record, lastAccessedAt: record.lastAccessedAt ?? old.lastAccessedAt }
        : record;
    const changed = old && changesOf(old, known, childrenChanged.has(id), names, kept.get(id));
    if (changed) changes.set(id, changed);
    if (!old) recordAdded(tx, Module.RESOURCES, id);
    else if (changed) recordChanged(tx, Module.RESOURCES, id);
    outcomes.set(record, old ? (changed ? 'CHANGED' : 'UNCHANGED') : 'ADDED');
  }
  await updateAll(tx, Resource, changes);
  const renamed = [...changes].flatMap(([id, { name }]) => (name ? [id] : []));
  await grantedNamesChanged(tx, 'resourceId', renamed);
  await ownersChanged(tx, accepted, before, names);
  return records.map((record) => outcomes.get(record) ?? { refused: refusals.get(record)! });
}

/** Rows of accounts and custom fields that are compared at once, those that are stored and those that are to be. */
const CHILDREN_AT_ONCE = 5_000;

/** How many custom fields a resource is taken to have, since it does not say it. */
const CUSTOM_FIELDS = 50;

/** Writes accounts and custom fields; the ids of the resources of which some changed. */
async function writeChildren(
  tx: Transaction,
  ids: ReadonlyMap<ResourceRecord, number>,
  stored: ReadonlyMap<string, Resource>,
  partial: ReadonlySet<string>,
): Promise<Set<number>> {
  const changed = new Set<number>();
  const rowsOf = ({ sourceId, accounts, customFields }: ResourceRecord) =>
    (accounts ? accounts.length + stored.get(sourceId)!.accountCount : 0) +
    (customFields ? customFields.length + CUSTOM_FIELDS : 0);
  for (const part of chunksByWeight([...ids], CHILDREN_AT_ONCE, ([record]) => rowsOf(record))) {
    for (const id of await writeAccounts(tx, new Map(part), partial)) changed.add(id);
    for (const id of await writeCustomFields(tx, new Map(part))) changed.add(id);
  }
  return changed;
}

/**
 * What is to be changed of a resource; undefined where it is as it was. `accountCount` is how many accounts it has, if that is not
 * how many its record lists.
 */
function changesOf(
  before: Resource,
  record: ResourceRecord,
  childrenChanged: boolean,
  names: ReadonlyMap<string, KnownName>,
  accountCount?: number,
): Partial<Resource> | undefined {
  const columns = columnsOf(record, before, names);
  const changes: Partial<Resource> = differences(before, {
    ...columns,
    accountCount: accountCount ?? columns.accountCount,
  });
  if (!childrenChanged && Object.keys(changes).length === 0) return undefined;
  return record.modifiedAt ? changes : { ...changes, modifiedAt: new Date().toISOString() };
}

async function addMissing(
  tx: Transaction,
  source: string,
  records: readonly ResourceRecord[],
  names: ReadonlyMap<string, KnownName>,
): Promise<void> {
  const now = new Date().toISOString();
  const fresh = { createdAt: now, modifiedAt: now, accountCount: 0 };
  const rows = records.map((record) => ({ position: 0, source, ...columnsOf(record, fresh, names) }));
  await insertAll(tx, Resource, rows);
}

function columnsOf(
  record: ResourceRecord,
  kept: { createdAt: string; modifiedAt: string; accountCount: number },
  names: ReadonlyMap<string, KnownName>,
) {
  return {
    sourceId: record.sourceId,
    name: record.name,
    type: record.type,
    description: record.description ?? null,
    dnsName: record.dnsName ?? null,
    domainName: record.domainName ?? null,
    url: record.url ?? null,
    department: record.department ?? null,
    location: record.location ?? null,
    ownerName: record.ownerName ?? null,
    ownerNameId: record.ownerName ? names.get(record.ownerName)!.id : null,
    passwordPolicy: record.passwordPolicy ?? null,
    accountCount: record.accounts?.length ?? kept.accountCount,
    searchText: searchText(SEARCHED, record.name, record.dnsName, record.description),
    createdAt: record.createdAt ?? kept.createdAt,
    modifiedAt: record.modifiedAt ?? kept.modifiedAt,
    lastAccessedAt: record.lastAccessedAt ?? null,
  };
}

function refusalOf(record: ResourceRecord): string | undefined {
  const identities = (record.accounts ?? []).map(({ sourceId, name }) => sourceId || name);
  const seen = new Set<string>();
  for (const identity of identities) {
    if (seen.has(identity)) return `accounts: ${JSON.stringify(identity)} stands there twice`;
    seen.add(identity);
  }
  return tooLong(Resource, record) ?? tooLongChild(record);
}

/** Who comes to own a resource sees more than before; who no longer owns it may see less. */
async function ownersChanged(
  tx: Transaction,
  records: readonly ResourceRecord[],
  before: ReadonlyMap<string, Resource>,
  names: ReadonlyMap<string, KnownName>,
): Promise<void> {
  // A new resource has no past to begin anew for: it comes by its own position.
  const owners = await ownersOf(tx, [...before.values()]);
  const moved = records.flatMap(({ sourceId, ownerName }) => {
    const resource = before.get(sourceId);
    const from = resource && owners.get(resource.id);
    const to = (ownerName && names.get(ownerName)?.userId) || undefined;
    return resource && from !== to ? [{ resource, from, to }] : [];
  });
  await scopeWidened(tx, [...new Set(moved.flatMap(({ to }) => to ?? []))]);
  const left = moved.filter(({ from }) => from !== undefined);
  const grants = await findBy<AccessGrant>(
    tx,
    AccessGrant,
    'resourceId',
    left.map(({ resource }) => resource.id),
  );
  const shared = new Set(grants.map(({ resourceId, userId }) => `${resourceId} ${userId}`));
  for (const { resource, from } of left) {
    if (!shared.has(`${resource.id} ${from}`)) recordHidden(tx, Module.RESOURCES, resource.id, [from!]);
  }
}

/** What users of scope OWNED_AND_SHARED see of resources: each as a whole, or some of its accounts. */
async function sharesOf(
  tx: Transaction,
  resources: readonly Resource[],
  grants: readonly AccessGrant[],
): Promise<PastShare[]> {
  const owners = await ownersOf(tx, resources);
  const owned = [...owners].map(([resourceId, userId]) => ({ userId, resourceId, accountKey: 0 }));
  const shares = new Map([...owned, ...grants.map(pastShareOf)].map((share) => [keyOf(share), share]));
  return [...shares.values()].filter(
    (share) => share.accountKey === 0 || !shares.has(keyOf({ ...share, accountKey: 0 })),
  );
}

function keyOf({ userId, resourceId, accountKey }: PastShare): string {
  return `${userId} ${resourceId} ${accountKey}`;
}
