import sql from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import { Module } from '../../database/module.js';
import { recordChanged } from '../../database/positions.js';
import { deleteBy, findBy, insertAll } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { UserFault } from '../../graphql/user-errors.js';
import { type Operator, recordOperation } from '../audits/own-audits.js';
import { Role, RoleAssignment } from '../users/role.js';

/**
 * Gives a user exactly these roles.
 * @throws UserFault USER_NOT_FOUND or ROLE_NOT_FOUND
 */
export function assignRoles(db: Db, by: Operator, userName: string, names: readonly string[]): Promise<void> {
  return transaction(db, async (tx) => {
    const [user] = await tx.query<{ id: number }>(sql`SELECT id FROM user_accounts WHERE user_name = ${userName}`);
    if (!user) throw new UserFault('USER_NOT_FOUND', `there is no user account ${JSON.stringify(userName)}`);
    const roles = await findBy<Role>(tx, Role, 'name', names);
    const unknown = names.find((name) => !roles.some((role) => role.name === name));
    if (unknown !== undefined) throw await unknownRole(tx, unknown);
    const held = await findBy<RoleAssignment>(tx, RoleAssignment, 'userId', [user.id]);
    if (
      sameIds(
        held.map(({ roleId }) => roleId),
        roles.map(({ id }) => id),
      )
    )
      return;
    await deleteBy(tx, RoleAssignment, 'userId', [user.id]);
    await insertAll(
      tx,
      RoleAssignment,
      roles.map(({ id }) => ({ userId: user.id, roleId: id })),
    );
    recordChanged(tx, Module.USER_ACCOUNTS, user.id);
    await recordOperation(tx, by, { operation: 'Roles Assigned', userName });
  });
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}

async function unknownRole(db: Db, name: string): Promise<UserFault> {
  const known = await db.query<{ name: string }>(sql`SELECT name FROM roles ORDER BY id`);
  return new UserFault(
    'ROLE_NOT_FOUND',
    `there is no role ${JSON.stringify(name)}; there are: ${known.map((role) => role.name).join(', ')}`,
  );
}
