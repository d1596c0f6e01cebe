import { cutTexts } from '../../database/cut-texts.js';
import type { Db, Transaction } from '../../database/db.js';
import { Module, type RecordOutcome } from '../../database/module.js';
import { recordChanged } from '../../database/positions.js';
import { deleteBy, findBy, insertAll, lockRecords, updateAll } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { chunks, chunksByWeight } from '../../lib/chunks.js';
import { distinctRuns } from '../../lib/distinct-runs.js';
import { holdScopes } from '../users/held-scopes.js';
import type { UserAccountChange } from '../users/user-account.changes.js';
import { UserAccount } from '../users/user-account.js';
import type { GrantRecord, UserAccountRecord } from '../users/user-account.record.js';
import {
  removeUserAccounts,
  scopeWidened,
  type WrittenUserAccount,
  writeUserAccounts,
} from '../users/user-account.service.js';
import { AccessGrant } from './access-grant.js';
import { removeGrants } from './access-grant.removal.js';
import { PastShare } from './past-share.js';
import { PrivilegedAccount, Resource } from './resource.js';

/** What is not cut if it is too long: the record is refused. */
const KEYS = new Set(['sourceId', 'userName']);

/** What became of records of user accounts, in their order, and what was written of them, for whoever records it. */
export interface StoredUserAccounts {
  readonly outcomes: RecordOutcome[];
  readonly changes: UserAccountChange[];
  /** The names of the users for whom a wider access scope was requested. */
  readonly requested: string[];
}

/**
 * Stores user accounts of a source, new or changed, with their roles and grants; what is granted must be a resource of
 * the same source. Whoever changes users does it by `recordUserAccounts`, which records it. `heldFor` as in `holdScopes`.
 */
export function storeUserAccounts(
  db: Db,
  source: string,
  records: readonly UserAccountRecord[],
  heldFor: string | null = null,
): Promise<StoredUserAccounts> {
  return transaction(db, async (tx) => {
    const stored: StoredUserAccounts = { outcomes: [], changes: [], requested: [] };
    const cut = records.map((record) => cutTexts(UserAccount, record, KEYS));
    for (const run of distinctRuns(cut, ({ sourceId }) => sourceId)) {
      const { outcomes, changes, requested } = await storeRun(tx, source, run, heldFor);
      stored.outcomes.push(...outcomes);
      stored.changes.push(...changes);
      stored.requested.push(...requested);
    }
    return stored;
  });
}

/**
 * Deletes user accounts of a source, and what was shared with them; a source id that is not there is UNCHANGED. Whoever
 * changes users does it by `deleteUserAccounts`, which records it.
 */
export function dropUserAccounts(db: Db, source: string, sourceIds: readonly string[]): Promise<StoredUserAccounts> {
  return transaction(db, async (tx) => {
    const found = await lockRecords<UserAccount>(tx, UserAccount, source, sourceIds);
    const rows = [...found.values()];
    const ids = rows.map(({ id }) => id);
    for (const entity of [AccessGrant, PastShare]) await deleteBy(tx, entity, 'userId', ids);
    const had = await removeUserAccounts(tx, rows);
    const changes = rows.map(({ id, userName }) => ({ outcome: 'DELETED', userName, what: had.get(id)! }) as const);
    const outcomes = sourceIds.map((id): RecordOutcome => (found.delete(id) ? 'DELETED' : 'UNCHANGED'));
    return { outcomes, changes, requested: [] };
  });
}

async function storeRun(
  tx: Transaction,
  source: string,
  given: readonly UserAccountRecord[],
  heldFor: string | null,
): Promise<StoredUserAccounts> {
  const targets = await targetsOf(tx, source, given);
  const { records, requested } = await holdScopes(tx, source, given, heldFor);
  const errors = new Map(records.map((record) => [record, unknownTarget(record, targets)]));
  const sound = records.filter((record) => !errors.get(record));
  const written = await writeUserAccounts(tx, source, sound);
  const outcomeOf = new Map<UserAccountRecord, RecordOutcome>();
  const users: WrittenUserAccount[] = [];
  for (const [index, result] of written.entries()) {
    if ('refused' in result) outcomeOf.set(sound[index]!, result);
    else users.push(result);
  }
  const changed = new Set<number>();
  for (const part of chunks(users, USERS_AT_ONCE)) {
    for (const id of await writeGrants(tx, part, targets)) changed.add(id);
  }
  const changes: UserAccountChange[] = [];
  for (const { record, id, outcome, what } of users) {
    const become = outcome === 'UNCHANGED' && changed.has(id) ? 'CHANGED' : outcome;
    outcomeOf.set(record, become);
    if (become === 'UNCHANGED') continue;
    changes.push({
      outcome: become,
      userName: record.userName,
      what: changed.has(id) ? [...what, 'grants'] : what,
    });
  }
  const outcomes = records.map((record) => outcomeOf.get(record) ?? { refused: errors.get(record)! });
  return { outcomes, changes, requested: [...requested] };
}

/** Accounts that are read at once, and users whose grants are. */
const ACCOUNTS_AT_ONCE = 5_000;
const USERS_AT_ONCE = 100;

/** The resources that grants name, by their source's ids, with their accounts. */
interface Target {
  resource: Resource;
  accounts: Map<string, number>;
}

async function targetsOf(
  tx: Transaction,
  source: string,
  records: readonly UserAccountRecord[],
): Promise<Map<string, Target>> {
  const grants = records.flatMap(({ grants = [] }) => grants);
  const sourceIds = grants.map(({ resourceSourceId }) => resourceSourceId);
  const resources = await lockRecords<Resource>(tx, Resource, source, sourceIds);
  const targets = new Map(
    [...resources.values()].map((resource) => [resource.id, { resource, accounts: new Map<string, number>() }]),
  );
  // A resource may have thousands of accounts, of which few are granted.
  const wanted = new Map<number, Set<string>>();
  for (const { resourceSourceId, accountSourceId } of grants) {
    const resource = accountSourceId && resources.get(resourceSourceId);
    if (!resource) continue;
    const identities = wanted.get(resource.id) ?? new Set();
    wanted.set(resource.id, identities.add(accountSourceId));
  }
  const accountsOf = (id: number) => targets.get(id)!.resource.accountCount;
  for (const ids of chunksByWeight([...wanted.keys()], ACCOUNTS_AT_ONCE, accountsOf)) {
    for (const account of await findBy<PrivilegedAccount>(tx, PrivilegedAccount, 'resourceId', ids)) {
      const { resourceId, identity, id } = account;
      if (wanted.get(resourceId)!.has(identity)) targets.get(resourceId)!.accounts.set(identity, id);
    }
  }
  return new Map([...targets.values()].map((target) => [target.resource.sourceId, target]));
}

function unknownTarget({ grants = [] }: UserAccountRecord, targets: ReadonlyMap<string, Target>): string | undefined {
  for (const [index, { resourceSourceId, accountSourceId }] of grants.entries()) {
    const target = targets.get(resourceSourceId);
    if (!target) {
      return `grants[${index}]: this source has no resource ${JSON.stringify(resourceSourceId)}; import resources first`;
    }
    if (accountSourceId && !target.accounts.has(accountSourceId)) {
      return `grants[${index}]: resource ${JSON.stringify(resourceSourceId)} has no account ${JSON.stringify(accountSourceId)}`;
    }
  }
  return undefined;
}

/** Makes the grants of users those that their records say; the ids of the users whose grants changed. */
async function writeGrants(
  tx: Transaction,
  users: readonly WrittenUserAccount[],
  targets: ReadonlyMap<string, Target>,
): Promise<Set<number>> {
  const said = users.filter(({ record }) => record.grants);
  const before = new Map<string, AccessGrant>();
  for (const grant of await findBy<AccessGrant>(
    tx,
    AccessGrant,
    'userId',
    said.map(({ id }) => id),
  )) {
    before.set(keyOf(grant), grant);
  }
  const now = new Date().toISOString();
  const changed = new Set<number>();
  const added = new Map<string, Wanted>();
  const changes = new Map<number, object>();
  for (const { id, record } of said) {
    const wanted = record.grants!.map((grant) => wantedGrant(id, grant, targets));
    for (const [key, grant] of new Map(wanted.map((grant) => [keyOf(grant), grant]))) {
      const old = before.get(key);
      before.delete(key);
      if (!old) added.set(key, { ...grant, grantedAt: grant.grantedAt ?? now });
      else if (old.level === grant.level && (grant.grantedAt ?? old.grantedAt) === old.grantedAt) continue;
      else changes.set(old.id, { level: grant.level, grantedAt: grant.grantedAt ?? old.grantedAt });
      changed.add(id);
    }
  }
  await updateAll(tx, AccessGrant, changes);
  await insertAll(tx, AccessGrant, [...added.values()]);
  await removeGrants(tx, [...before.values()]);
  for (const { userId } of before.values()) changed.add(userId);
  await scopeWidened(tx, [...new Set([...added.values()].map(({ userId }) => userId))]);
  for (const id of changed) recordChanged(tx, Module.USER_ACCOUNTS, id);
  return changed;
}

type Wanted = Pick<AccessGrant, 'userId' | 'resourceId' | 'accountKey'> & { level: string; grantedAt: string | null };

function wantedGrant(userId: number, grant: GrantRecord, targets: ReadonlyMap<string, Target>): Wanted {
  const { resource, accounts } = targets.get(grant.resourceSourceId)!;
  const accountKey = grant.accountSourceId ? accounts.get(grant.accountSourceId)! : 0;
  return { userId, resourceId: resource.id, accountKey, level: grant.level, grantedAt: grant.grantedAt ?? null };
}

function keyOf({ userId, resourceId, accountKey }: { userId: number; resourceId: number; accountKey: number }): string {
  return `${userId} ${resourceId} ${accountKey}`;
}
