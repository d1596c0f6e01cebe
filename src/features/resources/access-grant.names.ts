import type { Transaction } from '../../database/db.js';
import { Module } from '../../database/module.js';
import { recordChanged } from '../../database/positions.js';
import { findBy } from '../../database/rows.js';
import { AccessGrant } from './access-grant.js';

/** Grants show the names of their resource and account: where these change, the users who hold the grants have changed. */
export async function grantedNamesChanged(
  tx: Transaction,
  column: 'resourceId' | 'accountKey',
  ids: readonly number[],
): Promise<void> {
  for (const { userId } of await findBy<AccessGrant>(tx, AccessGrant, column, ids)) {
    recordChanged(tx, Module.USER_ACCOUNTS, userId);
  }
}
