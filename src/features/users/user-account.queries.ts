import sql, { type Sql } from 'sql-template-tag';
import type { Actor } from '../../graphql/context.js';

/** The user accounts, as `t`, that an actor may see: all, or itself. */
export function visibleUserAccounts(actor: Actor): Sql {
  return actor.scope === 'ALL' ? sql`1 = 1` : sql`t.id = ${actor.userId}`;
}
