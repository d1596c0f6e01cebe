import type { Db } from '../../database/db.js';
import { usersNamed } from '../users/user-names.service.js';
import type { Resource } from './resource.js';

/** The user accounts that own resources, by the resources' ids. Those that no user account owns are left out. */
export async function ownersOf(
  db: Db,
  resources: readonly Pick<Resource, 'id' | 'ownerNameId'>[],
): Promise<Map<number, number>> {
  const users = await usersNamed(
    db,
    resources.flatMap(({ ownerNameId }) => ownerNameId ?? []),
  );
  const owners = new Map<number, number>();
  for (const { id, ownerNameId } of resources) {
    const owner = ownerNameId === null ? undefined : users.get(ownerNameId);
    if (owner !== undefined) owners.set(id, owner);
  }
  return owners;
}
