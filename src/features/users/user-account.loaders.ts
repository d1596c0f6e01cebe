import type DataLoader from 'dataloader';
import sql, { join } from 'sql-template-tag';
import type { Privilege } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import type { Children } from '../../graphql/rows/children.js';
import { allForEach, loaderOf } from '../../graphql/rows/loaders.js';
import { UserAccount } from './user-account.js';
import { visibleUserAccounts } from './user-account.queries.js';
import { privilegesOfUsers } from './user-privileges.js';

/** User accounts by the ids of names that mean them. */
export const userAccountNamed: Children<number> = {
  entity: UserAccount,
  by: 'nameId',
  through: { join: 'JOIN user_names n ON n.user_id = t.id', key: 'n.id' },
  isList: false,
  where: (actor, nameIds) => sql`n.id IN (${join([...nameIds])}) AND ${visibleUserAccounts(actor)}`,
};

/** The roles that the PAM product says, by user id. */
export function rolesOf(context: Context): DataLoader<number, string[]> {
  return loaderOf(context, 'rolesOf', async (ids) => {
    const rows = await context.db.query<{ userId: number; role: string }>(
      sql`SELECT user_id AS userId, role FROM user_account_roles WHERE user_id IN (${join([...ids])}) ORDER BY user_id, role`,
    );
    return allForEach(ids, rows, ({ userId }) => userId).map((roles) => roles.map(({ role }) => role));
  });
}

/** The privileges of the roles given here, by user id. */
export function privilegesOf(context: Context): DataLoader<number, Privilege[]> {
  return loaderOf(context, 'privilegesOf', async (ids) => {
    const privileges = await privilegesOfUsers(context.db, ids);
    return ids.map((id) => privileges.get(id)!);
  });
}
