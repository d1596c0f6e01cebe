import sql from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { deleteBy, findBy, insertAll, update } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { quote } from '../../lib/quote.js';
import { logActivity, type Operator } from '../audits/activity-log.js';
import { Role, RoleAssignment, RolePrivilege } from '../users/role.js';
import { lockUserNamed } from '../users/user-account.queries.js';
import { noUserNamed } from '../users/user-name.js';
import { changePrivileges } from './privilege-changes.js';
import type { ChangeRoleInput, CreateRoleInput } from './role.inputs.js';
import { nameBeside } from './role.name.js';
import { customRoleNamed, lockRoles, privilegesOfRole, roleNamed, usersOf } from './role.queries.js';
import { inWords, quotedInWords } from './role.words.js';

/** @throws UserInputError INVALID_NAME or NAME_TAKEN */
export function createRole(db: Db, by: Operator, input: CreateRoleInput): Promise<Role> {
  return transaction(db, async (tx) => {
    const name = nameBeside(await lockRoles(tx), input.name);
    const privileges = distinct(input.privileges);
    const id = await tx.insert(sql`INSERT INTO roles (name, predefined) VALUES (${name}, ${false})`);
    await insertPrivileges(tx, id, privileges);
    const reason = `${quote(name, 255)} with ${inWords(privileges)}`;
    await logActivity(tx, by, { operation: 'Role Created', reason });
    return { id, name, predefined: false };
  });
}

/**
 * Changes what `input` says of a role.
 * @throws UserInputError ROLE_NOT_FOUND, PREDEFINED_ROLE, INVALID_NAME, NAME_TAKEN or LAST_HOLDER
 */
export function changeRole(db: Db, by: Operator, name: string, input: ChangeRoleInput): Promise<Role> {
  return transaction(db, async (tx) => {
    const roles = await lockRoles(tx);
    const role = customRoleNamed(roles, name);
    const others = roles.filter((other) => other !== role);
    const changed = { ...role, name: input.name == null ? name : nameBeside(others, input.name) };
    const before = await privilegesOfRole(tx, role);
    const after = input.privileges ? distinct(input.privileges) : before;
    const changes = [
      ...(changed.name === name ? [] : [`renamed to ${quote(changed.name, 255)}`]),
      ...said('added', without(after, before)),
      ...said('removed', without(before, after)),
    ];
    if (changes.length === 0) return role;
    await update(tx, Role, role.id, { name: changed.name });
    await changePrivileges(tx, await usersOf(tx, role), async () => {
      await deleteBy(tx, RolePrivilege, 'roleId', [role.id]);
      await insertPrivileges(tx, role.id, after);
    });
    const reason = `${quote(name, 255)}: ${changes.join('; ')}`;
    await logActivity(tx, by, { operation: 'Role Changed', reason });
    return changed;
  });
}

/**
 * Deletes a role, which takes it from all who have it.
 * @throws UserInputError ROLE_NOT_FOUND, PREDEFINED_ROLE or LAST_HOLDER
 */
export function deleteRole(db: Db, by: Operator, name: string): Promise<void> {
  return transaction(db, async (tx) => {
    const role = customRoleNamed(await lockRoles(tx), name);
    const privileges = await privilegesOfRole(tx, role);
    const users = await usersOf(tx, role);
    await changePrivileges(tx, users, async () => {
      await deleteBy(tx, RoleAssignment, 'roleId', [role.id]);
      await deleteBy(tx, RolePrivilege, 'roleId', [role.id]);
      await deleteBy(tx, Role, 'id', [role.id]);
    });
    const reason = `${quote(name, 255)} with ${inWords(privileges)}; taken from ${quotedInWords(users)}`;
    await logActivity(tx, by, { operation: 'Role Deleted', reason });
  });
}

/**
 * Gives a user exactly these roles; what they are.
 * @throws UserInputError USER_NOT_FOUND, AMBIGUOUS_USER_NAME, ROLE_NOT_FOUND or LAST_HOLDER
 */
export function assignRoles(
  db: Db,
  by: Operator,
  userName: string,
  names: readonly string[],
  source: string | null = null,
): Promise<Role[]> {
  return transaction(db, async (tx) => {
    const roles = await lockRoles(tx);
    const user = await lockUserNamed(tx, userName, source);
    if (!user) throw new UserInputError('USER_NOT_FOUND', noUserNamed(userName, source), ['userName']);
    const given = new Set(names.map((name, index) => roleNamed(roles, name, 'roles', String(index))));
    const held = await findBy<RoleAssignment>(tx, RoleAssignment, 'userId', [user.id]);
    const before = roles.filter(({ id }) => held.some(({ roleId }) => roleId === id));
    const after = roles.filter((role) => given.has(role));
    if (before.length === after.length && before.every((role) => given.has(role))) return after;
    await changePrivileges(tx, [user], async () => {
      await deleteBy(tx, RoleAssignment, 'userId', [user.id]);
      const assignments = after.map(({ id }) => ({ userId: user.id, roleId: id }));
      await insertAll(tx, RoleAssignment, assignments);
    });
    const reason = `${quotedInWords(before)} -> ${quotedInWords(after)}`;
    await logActivity(tx, by, { operation: 'Roles Assigned', userName, reason });
    return after;
  });
}

async function insertPrivileges(tx: Transaction, roleId: number, privileges: readonly string[]): Promise<void> {
  const rows = privileges.map((privilege) => ({ roleId, privilege }));
  await insertAll(tx, RolePrivilege, rows);
}

function distinct(privileges: readonly string[]): string[] {
  return [...new Set(privileges)].sort();
}

function without(privileges: readonly string[], others: readonly string[]): string[] {
  return privileges.filter((privilege) => !others.includes(privilege));
}

/** What is done to these privileges, said; nothing where there are none. */
function said(verb: string, privileges: readonly string[]): string[] {
  return privileges.length > 0 ? [`${verb} ${inWords(privileges)}`] : [];
}
