import sql from 'sql-template-tag';
import type { Transaction } from '../../database/db.js';
import { Module } from '../../database/module.js';
import { recordChanged } from '../../database/positions.js';
import { lockRows } from '../../database/rows.js';
import { Privilege } from '../../graphql/access.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { UserAccount } from '../users/user-account.js';
import { privilegesOfUsers } from '../users/user-privileges.js';
import { isActiveIn } from '../users/validity.js';

/**
 * Does `work`, which changes what these users may do, in a transaction that has locked the roles. Those whose privileges
 * are others then have changed in the module of user accounts.
 * @throws UserInputError LAST_HOLDER where nobody, or nobody who can sign in, would hold MANAGE_USERS any more
 */
export async function changePrivileges(
  tx: Transaction,
  users: readonly { readonly id: number }[],
  work: () => Promise<void>,
): Promise<void> {
  const userIds = users.map(({ id }) => id);
  // Who imports user accounts takes their rows first and their positions last.
  await lockRows(tx, UserAccount, userIds);
  const before = { holders: await countHolders(tx), privileges: await privilegesOfUsers(tx, userIds) };
  await work();
  checkHolders(before.holders, await countHolders(tx));
  const privileges = await privilegesOfUsers(tx, userIds);
  for (const id of userIds) {
    if (String(privileges.get(id)) !== String(before.privileges.get(id))) recordChanged(tx, Module.USER_ACCOUNTS, id);
  }
}

/** The user accounts that hold MANAGE_USERS. */
interface Holders {
  readonly everybody: number;
  readonly ableToSignIn: number;
}

async function countHolders(tx: Transaction): Promise<Holders> {
  const [holders] = await tx.query<Holders>(
    sql`SELECT COUNT(*) AS everybody, COUNT(w.user_id) AS ableToSignIn
        FROM user_accounts u LEFT JOIN passwords w
          ON w.user_id = u.id AND ${isActiveIn(tx, 'u', Date.now())}
        WHERE u.id IN (SELECT a.user_id FROM role_assignments a JOIN role_privileges p ON p.role_id = a.role_id
          WHERE p.privilege = ${Privilege.MANAGE_USERS})`,
  );
  return holders!;
}

function checkHolders(before: Holders, after: Holders): void {
  if (before.everybody > 0 && after.everybody === 0) {
    const message = 'nobody would hold MANAGE_USERS any more: give a role that has it to another user first';
    throw new UserInputError('LAST_HOLDER', message);
  }
  if (before.ableToSignIn > 0 && after.ableToSignIn === 0) {
    const message =
      'nobody who can sign in would hold MANAGE_USERS any more: give a role that has it to another user first, one who is ACTIVE, has not expired and has a password';
    throw new UserInputError('LAST_HOLDER', message);
  }
}
