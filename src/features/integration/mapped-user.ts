import type { Db } from '../../database/db.js';
import { Module } from '../../database/module.js';
import { Privilege } from '../../graphql/access.js';
import { privilegesOfUsers } from '../users/user-privileges.js';
import { isInUse, type Validity } from '../users/validity.js';

/** The privilege that reads a module. */
export const privilegeOf: Record<Module, Privilege> = {
  [Module.RESOURCES]: Privilege.READ_RESOURCES,
  [Module.USER_ACCOUNTS]: Privilege.READ_USER_ACCOUNTS,
  [Module.AUDITS]: Privilege.READ_AUDITS,
};

/** Why a user's tokens are refused, said for people; undefined where they are not. */
export function refusalOfUser(user: Validity): string | undefined {
  if (isInUse(user, Date.now())) return undefined;
  const { status, expiresAt } = user;
  const fault = status === 'ACTIVE' ? `expired at ${expiresAt}` : `is ${status}`;
  return `the user account that the auth token is mapped to ${fault}`;
}

/** Of the privileges that read the modules, those which the roles given here to a user do not carry. */
export async function missingPrivileges(db: Db, userId: number): Promise<Privilege[]> {
  const wanted = Object.values(privilegeOf);
  const held = (await privilegesOfUsers(db, [userId])).get(userId);
  return wanted.filter((privilege) => !held?.includes(privilege));
}
