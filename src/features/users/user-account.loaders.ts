import type DataLoader from 'dataloader';
import sql, { join } from 'sql-template-tag';
import type { Privilege } from '../../graphql/access.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { allForEach, loaderOf, oneForEach } from '../../graphql/loaders.js';
import { fieldsKey, readRows } from '../../graphql/read-row.js';
import type { Selection } from '../../graphql/selection.js';
import { UserAccount } from './user-account.js';
import { visibleUserAccounts } from './user-account.queries.js';
import { privilegesOfUsers } from './user-privileges.js';

/** User accounts by user name; null where there is none that the actor may see. */
export function userAccountByName(context: Context, selection: Selection): DataLoader<string, UserAccount | null> {
  return loaderOf(context, `userAccountByName ${fieldsKey(selection)}`, async (names) => {
    const where = sql`t.user_name IN (${join([...names])}) AND ${visibleUserAccounts(actorOf(context))}`;
    const rows = await readRows<UserAccount>(context, UserAccount, selection, where, ['userName']);
    return oneForEach(names, rows, ({ userName }) => userName);
  });
}

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
