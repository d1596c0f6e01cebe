import sql, { join } from 'sql-template-tag';
import type { Transaction } from '../../database/db.js';
import { deleteBy, differences, findBy, insertAll, tooLong, updateAll } from '../../database/rows.js';
import { AccessGrant } from './access-grant.js';
import { grantedNamesChanged } from './access-grant.names.js';
import { removeGrants } from './access-grant.removal.js';
import { PastShare, pastShareOf } from './past-share.js';
import { CustomField, PrivilegedAccount } from './resource.js';
import type { PrivilegedAccountRecord, ResourceRecord } from './resource.record.js';

/**
 * Writes the accounts of resources that say theirs; the ids of the resources whose accounts changed. An account that is not
 * listed is deleted, except of the resources of `partial`, by their source ids.
 */
export async function writeAccounts(
  tx: Transaction,
  ids: ReadonlyMap<ResourceRecord, number>,
  partial: ReadonlySet<string>,
): Promise<Set<number>> {
  const wanted = [...ids].flatMap(([record, id]) => (record.accounts ? [{ id, accounts: record.accounts }] : []));
  const stored = new Map<string, PrivilegedAccount>();
  const rows = await findBy<PrivilegedAccount>(
    tx,
    PrivilegedAccount,
    'resourceId',
    wanted.map(({ id }) => id),
  );
  for (const row of rows) stored.set(`${row.resourceId} ${row.identity}`, row);

  const changed = new Set<number>();
  const added: object[] = [];
  const changedAccounts = new Map<number, object>();
  const renamed: number[] = [];
  for (const { id, accounts } of wanted) {
    for (const account of accounts) {
      const columns = accountColumns(id, account);
      const before = stored.get(`${id} ${columns.identity}`);
      stored.delete(`${id} ${columns.identity}`);
      const changes = before && differences(before, columns);
      if (!before) added.push(columns);
      else if (Object.keys(changes!).length > 0) changedAccounts.set(before.id, changes!);
      else continue;
      if (changes?.name) renamed.push(before!.id);
      changed.add(id);
    }
  }
  await updateAll(tx, PrivilegedAccount, changedAccounts);
  await insertAll(tx, PrivilegedAccount, added);
  const keeping = new Set([...ids].flatMap(([{ sourceId }, id]) => (partial.has(sourceId) ? [id] : [])));
  const gone = [...stored.values()].filter(({ resourceId }) => !keeping.has(resourceId));
  await removeAccounts(tx, gone);
  await grantedNamesChanged(tx, 'accountKey', renamed);
  for (const { resourceId } of gone) changed.add(resourceId);
  return changed;
}

/** How many accounts each of these resources has. */
export async function countAccounts(tx: Transaction, resourceIds: readonly number[]): Promise<Map<number, number>> {
  if (resourceIds.length === 0) return new Map();
  const rows = await tx.query<{ resourceId: number; count: number }>(
    sql`SELECT r.id AS resourceId, COUNT(a.id) AS count FROM resources r
        LEFT JOIN privileged_accounts a ON a.resource_id = r.id WHERE r.id IN (${join([...resourceIds])}) GROUP BY r.id`,
  );
  return new Map(rows.map(({ resourceId, count }) => [resourceId, count]));
}

/** Writes the custom fields of resources that say theirs; the ids of the resources whose fields changed. */
export async function writeCustomFields(
  tx: Transaction,
  ids: ReadonlyMap<ResourceRecord, number>,
): Promise<Set<number>> {
  const wanted = new Map<number, CustomField[]>();
  for (const [{ customFields }, resourceId] of ids) {
    if (!customFields) continue;
    const rows = customFields.map(({ label, value = null }, ordinal) => ({ resourceId, ordinal, label, value }));
    wanted.set(resourceId, rows);
  }
  const before = new Map<number, CustomField[]>();
  for (const row of await findBy<CustomField>(tx, CustomField, 'resourceId', [...wanted.keys()])) {
    const rows = before.get(row.resourceId);
    if (rows) rows.push(row);
    else before.set(row.resourceId, [row]);
  }
  const changed = [...wanted].filter(([id, rows]) => textOf(rows) !== textOf(before.get(id) ?? []));
  await deleteBy(
    tx,
    CustomField,
    'resourceId',
    changed.map(([id]) => id),
  );
  await insertAll(
    tx,
    CustomField,
    changed.flatMap(([, rows]) => rows),
  );
  return new Set(changed.map(([id]) => id));
}

/** What a column cannot hold of a resource's accounts and custom fields, said for people; undefined where all fits. */
export function tooLongChild({ accounts = [], customFields = [] }: ResourceRecord): string | undefined {
  const errors = accounts.map(
    (account) =>
      tooLong(PrivilegedAccount, account) ?? tooLong(PrivilegedAccount, { identity: account.sourceId ?? '' }),
  );
  return [...errors, ...customFields.map((field) => tooLong(CustomField, field))].find(Boolean);
}

async function removeAccounts(tx: Transaction, accounts: readonly PrivilegedAccount[]): Promise<void> {
  const ids = accounts.map(({ id }) => id);
  const grants = await findBy<AccessGrant>(tx, AccessGrant, 'accountKey', ids);
  await insertAll(tx, PastShare, grants.map(pastShareOf));
  await removeGrants(tx, grants);
  await deleteBy(tx, PrivilegedAccount, 'id', ids);
}

function accountColumns(resourceId: number, account: PrivilegedAccountRecord) {
  return {
    resourceId,
    identity: account.sourceId || account.name,
    name: account.name,
    description: account.description ?? null,
    passwordStatus: account.passwordStatus ?? null,
    passwordPolicy: account.passwordPolicy ?? null,
    expiryStatus: account.expiryStatus ?? null,
    compliant: account.compliant ?? null,
    complianceReason: account.complianceReason ?? null,
    lastAccessedAt: account.lastAccessedAt ?? null,
    lastModifiedAt: account.lastModifiedAt ?? null,
  };
}

function textOf(fields: readonly CustomField[]): string {
  const ordered = [...fields].sort((a, b) => a.ordinal - b.ordinal);
  return JSON.stringify(ordered.map(({ label, value }) => [label, value]));
}
