import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import { Module } from '../../database/module.js';
import { Privilege } from '../../graphql/access.js';
import { privilegesOfUsers } from '../users/user-privileges.js';
import { isActive, type Validity } from '../users/validity.js';

/** The privilege that reads a module. */
export const privilegeOf: Record<Module, Privilege> = {
  [Module.RESOURCES]: Privilege.READ_RESOURCES,
  [Module.USER_ACCOUNTS]: Privilege.READ_USER_ACCOUNTS,
  [Module.AUDITS]: Privilege.READ_AUDITS,
};

/** The privileges that read the three modules. */
const modulePrivileges: readonly Privilege[] = Object.values(privilegeOf);

/** The user that a token is mapped to. All is null if the user account was deleted. */
export interface MappedUser {
  readonly userId: number | null;
  readonly userName: string | null;
  readonly status: string | null;
  readonly expiresAt: string | null;
  /** What `readingPrivileges` selected. */
  readonly privileges: string | null;
}

/** Selects which of the three modules a user may read by the roles given here: privileges separated by commas, null for none. */
export function readingPrivileges(userId: string): Sql {
  return sql`(SELECT GROUP_CONCAT(DISTINCT p.privilege) FROM role_assignments a
    JOIN role_privileges p ON p.role_id = a.role_id
    WHERE a.user_id = ${raw(userId)} AND p.privilege IN (${join(modulePrivileges)}))`;
}

/** The privileges that a token has: those of its user that read a module. */
export function heldPrivileges({ privileges }: Pick<MappedUser, 'privileges'>): Set<Privilege> {
  return new Set(privileges?.split(',') as Privilege[] | undefined);
}

/** Says why tokens of a user are refused because of the user; undefined if they are not. */
export function refusalOfMappedUser({ userId, status, expiresAt, privileges }: MappedUser): string | undefined {
  if (userId === null) return 'the user account that the auth token was mapped to was deleted';
  const refused = refusalOfUser({ status: status!, expiresAt });
  return refused ?? refusalForMissing(missingFrom(heldPrivileges({ privileges })));
}

/** Says why tokens of a user who lacks privileges are refused; undefined if the user may read at least one module. */
export function refusalForMissing({ length }: readonly Privilege[]): string | undefined {
  if (length < modulePrivileges.length) return undefined;
  return `the user account that the auth token is mapped to may not read any module: give it a role with ${modulePrivileges.join(', ')}`;
}

/** Says which modules a token may not read because its user may not; undefined if it may read all of them. */
export function withheldFrom(user: MappedUser): string | undefined {
  const missing = missingFrom(heldPrivileges(user));
  if (missing.length === 0) return undefined;
  const modules = Object.values(Module).filter((module) => missing.includes(privilegeOf[module]));
  return `the auth token may not read ${modules.join(', ')}, because its user may not: give it a role with ${missing.join(', ')}`;
}

/** Says what a user keeps its tokens from: everything, or some modules; null if nothing. */
export function problemOfUser(user: MappedUser): string | null {
  return refusalOfMappedUser(user) ?? withheldFrom(user) ?? null;
}

/** Says why tokens of a user who is locked, disabled or expired are refused; undefined if the user is in use. */
export function refusalOfUser(user: Validity): string | undefined {
  if (isActive(user, Date.now())) return undefined;
  const { status, expiresAt } = user;
  const error = status === 'ACTIVE' ? `expired at ${expiresAt}` : `is ${status}`;
  return `the user account that the auth token is mapped to ${error}`;
}

/** The privileges that read a module and that the roles given here to a user do not carry. */
export async function missingPrivileges(db: Db, userId: number): Promise<Privilege[]> {
  return missingFrom(new Set((await privilegesOfUsers(db, [userId])).get(userId)));
}

function missingFrom(held: ReadonlySet<Privilege>): Privilege[] {
  return modulePrivileges.filter((privilege) => !held.has(privilege));
}
