import sql, { raw } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { Module } from '../../database/module.js';
import { recordChanged } from '../../database/positions.js';
import { transaction } from '../../database/transaction.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { scopeRequestOf } from '../users/held-scopes.js';
import type { ScopeRequest } from '../users/scope-request.js';
import { logActivity, type Operator } from './activity-log.js';
import type { OwnOperation } from './own-operations.js';

/**
 * Gives a user the access scope ALL that was requested.
 * @throws UserInputError NO_SCOPE_REQUEST
 */
export function confirmAccessScope(db: Db, by: Operator, userId: number): Promise<void> {
  return settle(db, by, userId, 'Access Scope Confirmed', async (tx) => {
    const now = tx.dialect.timeValue(new Date().toISOString());
    await tx.execute(sql`UPDATE user_accounts SET access_scope = 'ALL', modified_at = ${now} WHERE id = ${userId}`);
    recordChanged(tx, Module.USER_ACCOUNTS, userId);
    await tx.execute(sql`DELETE FROM scope_requests WHERE user_id = ${userId}`);
  });
}

/**
 * Refuses the access scope that was requested for a user, who keeps the present one. The refusal holds for later pushes of it.
 * @throws UserInputError NO_SCOPE_REQUEST
 */
export function refuseAccessScope(db: Db, by: Operator, userId: number): Promise<void> {
  return settle(db, by, userId, 'Access Scope Refused', async (tx) => {
    const now = tx.dialect.timeValue(new Date().toISOString());
    await tx.execute(sql`UPDATE scope_requests SET refused_at = ${now} WHERE user_id = ${userId}`);
  });
}

function settle(
  db: Db,
  by: Operator,
  userId: number,
  operation: OwnOperation,
  change: (tx: Transaction) => Promise<void>,
): Promise<void> {
  return transaction(db, async (tx) => {
    await tx.query(sql`SELECT id FROM user_accounts WHERE id = ${userId} ${raw(tx.dialect.forUpdate)}`);
    const request = await scopeRequestOf(tx, userId);
    if (!request) {
      throw new UserInputError('NO_SCOPE_REQUEST', 'no wider access scope is requested for this user account', [
        'userId',
      ]);
    }
    await change(tx);
    await logActivity(tx, by, { operation, userName: request.userName, reason: inWords(request) });
  });
}

function inWords({ requestedBy, requestedAt, source }: ScopeRequest): string {
  return `accessScope ALL, requested by ${requestedBy} at ${requestedAt}, of the source ${source}`;
}
