import sql, { raw } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { findBy } from '../../database/rows.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { quote } from '../../lib/quote.js';
import { type Role, RolePrivilege } from '../users/role.js';
import { inWords } from './role.words.js';

/** All roles in the order of their keys, in which the predefined ones come first. */
export function readRoles(db: Db): Promise<Role[]> {
  return db.query<Role>(sql`SELECT id, name, predefined FROM roles ORDER BY id`);
}

/**
 * As `readRoles`, with all of them kept from other transactions. Whatever changes roles or assigns them begins with this,
 * so that one does so after another: who is the last to hold a privilege cannot be told while somebody else changes it.
 */
export function lockRoles(tx: Transaction): Promise<Role[]> {
  return tx.query<Role>(sql`SELECT id, name, predefined FROM roles ORDER BY id ${raw(tx.dialect.forUpdate)}`);
}

/**
 * The role of a name, which stands at `field` of the input.
 * @throws UserInputError ROLE_NOT_FOUND
 */
export function roleNamed(roles: readonly Role[], name: string, ...field: string[]): Role {
  const role = roles.find((role) => role.name === name);
  if (role) return role;
  const known = inWords(roles.map((role) => role.name));
  throw new UserInputError('ROLE_NOT_FOUND', `there is no role ${quote(name, 255)}; there are: ${known}`, field);
}

/**
 * As `roleNamed`, for a role that shall be changed or deleted.
 * @throws UserInputError ROLE_NOT_FOUND or PREDEFINED_ROLE
 */
export function customRoleNamed(roles: readonly Role[], name: string): Role {
  const role = roleNamed(roles, name, 'name');
  if (!role.predefined) return role;
  const message = `${quote(name, 255)} is a predefined role, which can be neither changed nor deleted: create one of your own`;
  throw new UserInputError('PREDEFINED_ROLE', message, ['name']);
}

/** The privileges of a role, sorted. */
export async function privilegesOfRole(tx: Transaction, { id }: Role): Promise<string[]> {
  const rows = await findBy<RolePrivilege>(tx, RolePrivilege, 'roleId', [id]);
  return rows.map(({ privilege }) => privilege).sort();
}

/** A role with what it allows. */
export interface ListedRole {
  readonly name: string;
  /** How many users have it. */
  readonly users: number;
  /** Sorted. */
  readonly privileges: readonly string[];
}

/** Lists all roles, the predefined ones first. */
export async function listRoles(db: Db): Promise<ListedRole[]> {
  const rows = await db.query<{ id: number; name: string; users: number }>(
    sql`SELECT r.id, r.name, (SELECT COUNT(*) FROM role_assignments a WHERE a.role_id = r.id) AS users
        FROM roles r ORDER BY r.id`,
  );
  const ids = rows.map(({ id }) => id);
  const held = await findBy<RolePrivilege>(db, RolePrivilege, 'roleId', ids);
  return rows.map(({ id, ...role }) => ({
    ...role,
    privileges: held.flatMap(({ roleId, privilege }) => (roleId === id ? [privilege] : [])).sort(),
  }));
}

/** The users who have a role, by name. */
export function usersOf(tx: Transaction, { id }: Role): Promise<{ id: number; name: string }[]> {
  return tx.query(
    sql`SELECT u.id, u.user_name AS name FROM role_assignments a JOIN user_accounts u ON u.id = a.user_id
        WHERE a.role_id = ${id} ORDER BY u.user_name`,
  );
}
