import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import type { Validity } from './validity.js';

/** A user account with what was given to it here. */
export interface ListedUser extends Validity {
  readonly userName: string;
  readonly source: string;
  readonly accessScope: string;
  /** The names of its roles here, sorted and separated by '; '; empty if it has none. */
  readonly roles: string;
  /** Whether it has a password, as 1 or 0. */
  readonly canSignIn: number;
  /** Whether the access scope ALL was requested for it and waits, as 1 or 0. */
  readonly isScopeRequested: number;
}

/** Lists all user accounts by name and source. */
export async function listUsers(db: Db): Promise<ListedUser[]> {
  const users = await db.query<Omit<ListedUser, 'roles'> & { id: number }>(
    sql`SELECT u.id, u.user_name AS userName, u.source, u.status, ${raw(db.dialect.timeText('u.expires_at'))} AS expiresAt,
          u.access_scope AS accessScope, CASE WHEN p.user_id IS NULL THEN 0 ELSE 1 END AS canSignIn,
          CASE WHEN s.user_id IS NULL THEN 0 ELSE 1 END AS isScopeRequested
        FROM user_accounts u LEFT JOIN passwords p ON p.user_id = u.id
          LEFT JOIN scope_requests s ON s.user_id = u.id AND s.refused_at IS NULL
        ORDER BY u.user_name, u.source`,
  );
  const assigned = await db.query<{ userId: number; name: string }>(
    sql`SELECT a.user_id AS userId, r.name FROM role_assignments a JOIN roles r ON r.id = a.role_id ORDER BY r.name`,
  );
  const roles = new Map<number, string[]>();
  for (const { userId, name } of assigned) roles.set(userId, [...(roles.get(userId) ?? []), name]);
  return users.map(({ id, ...user }) => ({ ...user, roles: (roles.get(id) ?? []).join('; ') }));
}
