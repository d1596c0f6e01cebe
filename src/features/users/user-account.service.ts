import sql, { join } from 'sql-template-tag';
import type { Transaction } from '../../database/db.js';
import { Module } from '../../database/module.js';
import { forgetHidden, recordAdded, recordChanged, recordDeleted } from '../../database/positions.js';
import { deleteBy, differences, findBy, insertAll, lockRecords, tooLong, updateAll } from '../../database/rows.js';
import { chunks } from '../../lib/chunks.js';
import { searchText } from '../../lib/search-text.js';
import { Password } from './password.js';
import { Role, RoleAssignment } from './role.js';
import { ScopeRequest } from './scope-request.js';
import { Session } from './session.js';
import { TrustedNetwork } from './trusted-network.js';
import { beginningInWords, changesInWords } from './user-account.changes.js';
import { UserAccount, UserAccountRole } from './user-account.js';
import { othersSigningInAs } from './user-account.queries.js';
import type { UserAccountRecord } from './user-account.record.js';
import { quotedUserName, userNameError } from './user-name.js';
import { nameNewUsers, renameUsers, retireNamesOf } from './user-names.service.js';
import { isActive } from './validity.js';

export interface WrittenUserAccount {
  readonly record: UserAccountRecord;
  readonly id: number;
  readonly outcome: 'ADDED' | 'CHANGED' | 'UNCHANGED';
  /** What is other than before, in words. */
  readonly what: readonly string[];
}

/**
 * Writes user accounts of a source, with the roles that the PAM product says, but without grants: resources bring those.
 * No source id may stand in `records` twice. A record is refused if another user account of the source has its user name.
 */
export async function writeUserAccounts(
  tx: Transaction,
  source: string,
  records: readonly UserAccountRecord[],
): Promise<(WrittenUserAccount | { readonly refused: string })[]> {
  const existing = await accountsOf(tx, source, records);
  const refusals = await refuse(tx, source, records, existing);
  const accepted = records.filter((record) => !refusals.has(record));
  await addMissing(
    tx,
    source,
    accepted.filter(({ sourceId }) => !existing.has(sourceId)),
  );
  const stored = await accountsOf(tx, source, accepted);
  const changedRoles = await writeRoles(tx, accepted, stored);
  const written = new Map<UserAccountRecord, WrittenUserAccount>();
  const changes = new Map<number, Partial<UserAccount>>();
  const unused: number[] = [];
  for (const record of accepted) {
    const account = stored.get(record.sourceId)!;
    const before = existing.get(record.sourceId);
    const changed = before && changesOf(before, record, changedRoles.has(account.id));
    if (changed) changes.set(account.id, changed.columns);
    if (changed && !isActiveThroughout(before, changed.columns)) unused.push(account.id);
    if (!before) recordAdded(tx, Module.USER_ACCOUNTS, account.id);
    else if (changed) recordChanged(tx, Module.USER_ACCOUNTS, account.id);
    const outcome = !before ? 'ADDED' : changed ? 'CHANGED' : 'UNCHANGED';
    written.set(record, {
      record,
      id: account.id,
      outcome,
      what: before ? (changed?.what ?? []) : beginningInWords(account),
    });
  }
  await updateAll(tx, UserAccount, changes);
  // A session does not come back when its user account is enabled again.
  await deleteBy(tx, Session, 'userId', unused);
  const renamed = [...changes].flatMap(([id, { userName }]) => (userName ? [{ id, userName }] : []));
  await renameUsers(tx, source, renamed);
  const added = accepted.filter(({ sourceId }) => !existing.has(sourceId));
  await nameNewUsers(
    tx,
    source,
    added.map(({ sourceId }) => stored.get(sourceId)!),
  );
  return records.map((record) => written.get(record) ?? { refused: refusals.get(record)! });
}

/**
 * Deletes user accounts that the caller has locked; what was granted to them is the caller's to take away. The names of the
 * roles that they had here, by user id.
 */
export async function removeUserAccounts(
  tx: Transaction,
  accounts: readonly { id: number }[],
): Promise<Map<number, string[]>> {
  const ids = accounts.map(({ id }) => id);
  const had = await rolesHere(tx, ids);
  for (const entity of [UserAccountRole, RoleAssignment, Password, Session, ScopeRequest, TrustedNetwork])
    await deleteBy(tx, entity, 'userId', ids);
  await deleteBy(tx, UserAccount, 'id', ids);
  await retireNamesOf(tx, ids);
  for (const id of ids) recordDeleted(tx, Module.USER_ACCOUNTS, id, []);
  return had;
}

async function rolesHere(tx: Transaction, userIds: readonly number[]): Promise<Map<number, string[]>> {
  const assignments = await findBy<RoleAssignment>(tx, RoleAssignment, 'userId', userIds);
  const ids = assignments.map(({ roleId }) => roleId);
  const names = new Map((await findBy<Role>(tx, Role, 'id', ids)).map(({ id, name }) => [id, name]));
  const had = new Map<number, string[]>(userIds.map((id) => [id, []]));
  for (const { userId, roleId } of assignments) had.get(userId)!.push(names.get(roleId)!);
  return had;
}

/** Users who from now on see records that they did not see before: their feeds have to begin anew. */
export async function scopeWidened(tx: Transaction, userIds: readonly number[]): Promise<void> {
  for (const ids of chunks(userIds, 1_000)) {
    await tx.execute(sql`UPDATE user_accounts SET scope_version = scope_version + 1 WHERE id IN (${join(ids)})`);
    await forgetHidden(tx, Module.RESOURCES, ids);
  }
}

function accountsOf(
  tx: Transaction,
  source: string,
  records: readonly UserAccountRecord[],
): Promise<Map<string, UserAccount>> {
  const sourceIds = records.map(({ sourceId }) => sourceId);
  return lockRecords<UserAccount>(tx, UserAccount, source, sourceIds);
}

async function refuse(
  tx: Transaction,
  source: string,
  records: readonly UserAccountRecord[],
  existing: ReadonlyMap<string, UserAccount>,
): Promise<Map<UserAccountRecord, string>> {
  const names = records.map(({ userName }) => userName);
  const holders = new Map<string, string>();
  for (const row of await findBy<UserAccount>(tx, UserAccount, 'userName', names, sql`t.source = ${source}`)) {
    holders.set(row.userName, row.sourceId);
  }
  const refusals = new Map<UserAccountRecord, string>();
  for (const record of records) {
    const holder = holders.get(record.userName) ?? record.sourceId;
    const roles = (record.roles ?? []).map((role) => tooLong(UserAccountRole, { role }));
    // A name that is stored already stays, so that its source can still lock the user account or rename it.
    const isNew = holders.get(record.userName) !== record.sourceId;
    const error = tooLong(UserAccount, record) ?? roles.find(Boolean) ?? (isNew && userNameError(record.userName));
    if (error) refusals.set(record, error);
    else if (holder !== record.sourceId) {
      const error = `${quotedUserName(record.userName)} belongs to another user account of this source already`;
      refusals.set(record, `userName: ${error}`);
    } else if (isNew && (await isTakenForSignIn(tx, record.userName, existing.get(record.sourceId)))) {
      const error = `another user account signs in as ${quotedUserName(record.userName)}, and so does this one`;
      refusals.set(record, `userName: ${error}: choose another name in the source`);
    } else holders.set(record.userName, record.sourceId);
  }
  return refusals;
}

/** Whether a user account that people sign in to would get the name by which they sign in to another. */
async function isTakenForSignIn(tx: Transaction, userName: string, account: UserAccount | undefined): Promise<boolean> {
  if (!account || (await findBy(tx, Password, 'userId', [account.id])).length === 0) return false;
  return (await othersSigningInAs(tx, userName, account.id)).length > 0;
}

/** Whether a user account was in use before a change, and is after it. */
function isActiveThroughout(before: UserAccount, changes: Partial<UserAccount>): boolean {
  const now = Date.now();
  return isActive(before, now) && isActive({ ...before, ...changes }, now);
}

async function addMissing(tx: Transaction, source: string, records: readonly UserAccountRecord[]): Promise<void> {
  const now = new Date().toISOString();
  const rows = records.map((record) => ({
    position: 0,
    scopeVersion: 1,
    source,
    ...columnsOf(record, { createdAt: now, modifiedAt: now }),
  }));
  await insertAll(tx, UserAccount, rows);
}

/** What changes of a user account, and the same in words; undefined where nothing does. */
function changesOf(
  before: UserAccount,
  record: UserAccountRecord,
  rolesChanged: boolean,
): { columns: Partial<UserAccount>; what: string[] } | undefined {
  const changes = differences(before, columnsOf(record, before)) as Partial<UserAccount>;
  const what = [...changesInWords(before, changes), ...(rolesChanged ? ['roles'] : [])];
  if (what.length === 0) return undefined;
  return { columns: record.modifiedAt ? changes : { ...changes, modifiedAt: new Date().toISOString() }, what };
}

function columnsOf(record: UserAccountRecord, times: { createdAt: string; modifiedAt: string }) {
  const fullName = record.fullName || [record.firstName, record.lastName].filter(Boolean).join(' ') || record.userName;
  return {
    sourceId: record.sourceId,
    userName: record.userName,
    firstName: record.firstName ?? null,
    lastName: record.lastName ?? null,
    fullName,
    email: record.email ?? null,
    searchText: searchText(1_100, record.userName, fullName, record.email),
    status: record.status ?? 'ACTIVE',
    accessScope: record.accessScope ?? 'OWNED_AND_SHARED',
    department: record.department ?? null,
    location: record.location ?? null,
    createdAt: record.createdAt ?? times.createdAt,
    modifiedAt: record.modifiedAt ?? times.modifiedAt,
    lastLoginAt: record.lastLoginAt ?? null,
    expiresAt: record.expiresAt ?? null,
  };
}

/** The ids of the user accounts whose roles are others now. */
async function writeRoles(
  tx: Transaction,
  records: readonly UserAccountRecord[],
  stored: ReadonlyMap<string, UserAccount>,
): Promise<Set<number>> {
  const wanted = new Map<number, string[]>();
  for (const { sourceId, roles } of records)
    if (roles) wanted.set(stored.get(sourceId)!.id, [...new Set(roles)].sort());
  const before = new Map<number, string[]>();
  for (const { userId, role } of await findBy<UserAccountRole>(tx, UserAccountRole, 'userId', [...wanted.keys()])) {
    const roles = before.get(userId);
    if (roles) roles.push(role);
    else before.set(userId, [role]);
  }
  const changed = [...wanted].filter(
    ([id, roles]) => JSON.stringify(roles) !== JSON.stringify((before.get(id) ?? []).sort()),
  );
  await deleteBy(
    tx,
    UserAccountRole,
    'userId',
    changed.map(([id]) => id),
  );
  await insertAll(
    tx,
    UserAccountRole,
    changed.flatMap(([userId, roles]) => roles.map((role) => ({ userId, role }))),
  );
  return new Set(changed.map(([id]) => id));
}
