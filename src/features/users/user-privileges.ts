import sql, { join } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import type { Privilege } from '../../graphql/access.js';
import { chunks } from '../../lib/chunks.js';

/** Users of one statement: as many as a page has. */
const USERS_AT_ONCE = 10_000;

/** What each of these users may do by the roles given here, by user id; sorted. */
export async function privilegesOfUsers(db: Db, userIds: readonly number[]): Promise<Map<number, Privilege[]>> {
  const privileges = new Map<number, Privilege[]>(userIds.map((id) => [id, []]));
  for (const part of chunks(userIds, USERS_AT_ONCE)) {
    const rows = await db.query<{ userId: number; privilege: Privilege }>(
      sql`SELECT DISTINCT a.user_id AS userId, p.privilege FROM role_assignments a
          JOIN role_privileges p ON p.role_id = a.role_id
          WHERE a.user_id IN (${join(part)}) ORDER BY a.user_id, p.privilege`,
    );
    for (const { userId, privilege } of rows) privileges.get(userId)!.push(privilege);
  }
  return privileges;
}
