import type DataLoader from 'dataloader';
import sql, { join } from 'sql-template-tag';
import type { Privilege } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import { allForEach, loaderOf, oneForEach } from '../../graphql/rows/loaders.js';

/** The privileges of roles, by role id; sorted. */
export function privilegesOfRoles(context: Context): DataLoader<number, Privilege[]> {
  return loaderOf(context, 'privilegesOfRoles', async (ids) => {
    const rows = await context.db.query<{ roleId: number; privilege: Privilege }>(
      sql`SELECT role_id AS roleId, privilege FROM role_privileges
          WHERE role_id IN (${join([...ids])}) ORDER BY role_id, privilege`,
    );
    return allForEach(ids, rows, ({ roleId }) => roleId).map((held) => held.map(({ privilege }) => privilege));
  });
}

/** The names of the users who have roles, by role id; sorted. */
export function userNamesOf(context: Context): DataLoader<number, string[]> {
  return loaderOf(context, 'userNamesOfRole', async (ids) => {
    const rows = await context.db.query<{ roleId: number; userName: string }>(
      sql`SELECT a.role_id AS roleId, u.user_name AS userName FROM role_assignments a
          JOIN user_accounts u ON u.id = a.user_id
          WHERE a.role_id IN (${join([...ids])}) ORDER BY a.role_id, u.user_name`,
    );
    return allForEach(ids, rows, ({ roleId }) => roleId).map((users) => users.map(({ userName }) => userName));
  });
}

/** How many users have roles, by role id. */
export function userCountOf(context: Context): DataLoader<number, number> {
  return loaderOf(context, 'userCountOfRole', async (ids) => {
    const rows = await context.db.query<{ roleId: number; users: number }>(
      sql`SELECT role_id AS roleId, COUNT(*) AS users FROM role_assignments
          WHERE role_id IN (${join([...ids])}) GROUP BY role_id`,
    );
    return oneForEach(ids, rows, ({ roleId }) => roleId).map((row) => row?.users ?? 0);
  });
}

/** What was read before a mutation is not so after it: the next one of the same operation reads anew. */
export function forgetRoles(context: Context): void {
  privilegesOfRoles(context).clearAll();
  userNamesOf(context).clearAll();
  userCountOf(context).clearAll();
}
