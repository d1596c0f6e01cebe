import sql, { type Sql } from 'sql-template-tag';
import { Module } from '../../database/module.js';
import { deletedBefore } from '../../database/positions.js';
import { type Actor, actorOf, type Context } from '../../graphql/context.js';

/** The resources, as `t`, that an actor may see: all, or those that it owns or that were shared with it. */
export function visibleResources(actor: Actor): Sql {
  if (actor.scope === 'ALL') return sql`1 = 1`;
  return sql`(t.owner_name = ${actor.userName}
    OR t.id IN (SELECT g.resource_id FROM access_grants g WHERE g.user_id = ${actor.userId}))`;
}

/** The privileged accounts, as `t`, that an actor may see: where only accounts of a resource were shared, those alone. */
export function visibleAccounts(actor: Actor): Sql {
  if (actor.scope === 'ALL') return sql`1 = 1`;
  return sql`(t.resource_id IN (SELECT r.id FROM resources r WHERE r.owner_name = ${actor.userName})
    OR EXISTS (SELECT 1 FROM access_grants g WHERE g.user_id = ${actor.userId}
      AND g.resource_id = t.resource_id AND g.account_key IN (0, t.id)))`;
}

/**
 * The ids of the resources whose audits an actor of scope OWNED_AND_SHARED may see, as a subquery: those that it may see,
 * and those that were deleted while it did, since a deletion hides no audit.
 */
export function auditedResourceIds(actor: Actor): Sql {
  return sql`(SELECT r.id FROM resources r WHERE r.owner_name = ${actor.userName}
    UNION SELECT g.resource_id FROM access_grants g WHERE g.user_id = ${actor.userId}
    UNION SELECT x.id FROM ${deletedBefore(Module.RESOURCES, actor.userId)} x)`;
}

/** As `auditedResourceIds`, read; undefined where they are more than `most`. */
export async function readAuditedResourceIds(context: Context, most: number): Promise<number[] | undefined> {
  const rows = await context.db.query<{ id: number }>(
    sql`SELECT v.id FROM ${auditedResourceIds(actorOf(context))} v LIMIT ${most + 1}`,
  );
  return rows.length > most ? undefined : rows.map(({ id }) => id);
}
