import type { Transaction } from '../../database/db.js';
import { Module } from '../../database/module.js';
import { recordChanged, recordHidden } from '../../database/positions.js';
import { deleteBy, findBy, lockRows } from '../../database/rows.js';
import { UserAccount } from '../users/user-account.js';
import { AccessGrant } from './access-grant.js';
import { Resource } from './resource.js';
import { ownersOf } from './resource.owners.js';

/** Takes grants away. A user who has no other way to see the resource of one is told in its feed that it is gone. */
export async function removeGrants(tx: Transaction, grants: readonly AccessGrant[]): Promise<void> {
  await deleteBy(
    tx,
    AccessGrant,
    'id',
    grants.map(({ id }) => id),
  );
  const userIds = [...new Set(grants.map(({ userId }) => userId))];
  const resourceIds = [...new Set(grants.map(({ resourceId }) => resourceId))];
  await lockRows(tx, UserAccount, userIds);
  const left = new Set((await findBy<AccessGrant>(tx, AccessGrant, 'userId', userIds)).map(pairOf));
  const owners = await ownersOf(tx, await findBy<Resource>(tx, Resource, 'id', resourceIds));
  for (const [pair, { userId, resourceId }] of new Map(grants.map((grant) => [pairOf(grant), grant]))) {
    recordChanged(tx, Module.USER_ACCOUNTS, userId);
    if (owners.get(resourceId) === userId) continue;
    // Who is left with a share of single accounts has to read the resource again, without the others.
    if (left.has(pair)) recordChanged(tx, Module.RESOURCES, resourceId);
    else recordHidden(tx, Module.RESOURCES, resourceId, [userId]);
  }
}

function pairOf({ userId, resourceId }: { userId: number; resourceId: number }): string {
  return `${userId} ${resourceId}`;
}
