import type { Db } from '../../database/db.js';
import type { RecordOutcome } from '../../database/module.js';
import { transaction } from '../../database/transaction.js';
import { quote } from '../../lib/quote.js';
import { dropUserAccounts, type StoredUserAccounts, storeUserAccounts } from '../resources/access-grant.service.js';
import type { UserAccountChange } from '../users/user-account.changes.js';
import type { UserAccountRecord } from '../users/user-account.record.js';
import { type Activity, logActivities, type Operator } from './activity-log.js';
import type { OwnOperation } from './own-operations.js';

const operations: Record<UserAccountChange['outcome'], OwnOperation> = {
  ADDED: 'User Created',
  CHANGED: 'User Changed',
  DELETED: 'User Deleted',
};

/**
 * Stores user accounts of a source, new or changed, with their roles and grants, and records each change of one; what is
 * granted must be a resource of the same source. Outcomes in the order of the records. A wider access scope of a user who can
 * read here waits for an administrator, unless it comes by the command line or by the schedule, from the server of the settings.
 */
export function recordUserAccounts(
  db: Db,
  by: Operator,
  source: string,
  records: readonly UserAccountRecord[],
): Promise<RecordOutcome[]> {
  return transaction(db, async (tx) => {
    const isTrusted = by.clientType === 'Command Line' || by.clientType === 'Schedule';
    const heldFor = isTrusted ? null : by.userName;
    const { outcomes, changes, requested } = await storeUserAccounts(tx, source, records, heldFor);
    await logActivities(tx, by, [...operationsOf(source, changes), ...requestsOf(source, requested)]);
    return outcomes;
  });
}

/**
 * Deletes user accounts of a source, and what was shared with them, and records each deletion; a source id that is not there
 * is UNCHANGED.
 */
export function deleteUserAccounts(
  db: Db,
  by: Operator,
  source: string,
  sourceIds: readonly string[],
): Promise<RecordOutcome[]> {
  return transaction(db, async (tx) => {
    const { outcomes, changes } = await dropUserAccounts(tx, source, sourceIds);
    await logActivities(tx, by, operationsOf(source, changes));
    return outcomes;
  });
}

function operationsOf(source: string, changes: StoredUserAccounts['changes']): Activity[] {
  return changes.map(({ outcome, userName, what }) => ({
    operation: operations[outcome],
    userName,
    reason: `${reasons[outcome](what)}; of the source ${quote(source, 64)}`,
  }));
}

function requestsOf(source: string, userNames: readonly string[]): Activity[] {
  return userNames.map((userName) => ({
    operation: 'Access Scope Requested',
    userName,
    reason: `accessScope ALL waits for an administrator; of the source ${quote(source, 64)}`,
  }));
}

const reasons: Record<UserAccountChange['outcome'], (what: readonly string[]) => string> = {
  ADDED: (what) => what.join(', '),
  CHANGED: (what) => `changed: ${what.join(', ')}`,
  DELETED: (roles) => `its roles here: ${roles.map((role) => quote(role, 255)).join(', ') || 'none'}`,
};
