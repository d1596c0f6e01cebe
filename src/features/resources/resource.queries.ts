import sql, { join, raw, type Sql } from 'sql-template-tag';
import { type Actor, actorOf, type Context } from '../../graphql/context.js';
import { namesOf } from '../users/user-names.service.js';

/** The resources, as `t`, that an actor may see: all, or those that it owns or that were shared with it, as a whole or by an account. */
export function visibleResources(actor: Actor): Sql {
  if (actor.scope === 'ALL') return sql`1 = 1`;
  return sql`(t.owner_name_id IN ${namesOf(actor.userId)}
    OR t.id IN (SELECT g.resource_id FROM access_grants g WHERE g.user_id = ${actor.userId}))`;
}

/** Those of them that it sees as a whole; of the others it sees what the accounts show that were shared with it. */
export function wholeResources(actor: Actor): Sql {
  if (actor.scope === 'ALL') return sql`1 = 1`;
  return sql`(t.owner_name_id IN ${namesOf(actor.userId)} OR EXISTS (SELECT 1 FROM access_grants g
    WHERE g.user_id = ${actor.userId} AND g.resource_id = t.id AND g.account_key = 0))`;
}

/** The privileged accounts, as `t`, that an actor may see: where only accounts of a resource were shared, those alone. */
export function visibleAccounts(actor: Actor): Sql {
  if (actor.scope === 'ALL') return sql`1 = 1`;
  return sql`(t.resource_id IN (SELECT r.id FROM resources r WHERE r.owner_name_id IN ${namesOf(actor.userId)})
    OR EXISTS (SELECT 1 FROM access_grants g WHERE g.user_id = ${actor.userId}
      AND g.resource_id = t.resource_id AND g.account_key IN (0, t.id)))`;
}

/** Finds those of some resources, by id, that the actor sees as a whole. */
export async function readWholeAmong(context: Context, ids: readonly number[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const rows = await context.db.query<{ id: number }>(
    sql`SELECT t.id FROM resources t WHERE t.id IN (${join([...ids])}) AND ${wholeResources(actorOf(context))}`,
  );
  return rows.map(({ id }) => id);
}

/**
 * The ids of the resources all of whose audits an actor of scope OWNED_AND_SHARED may see, as a subquery: those that it sees
 * as a whole, and those that were deleted while it did.
 */
export function auditedResourceIds(actor: Actor): Sql {
  return sql`(SELECT r.id FROM resources r WHERE r.owner_name_id IN ${namesOf(actor.userId)}
    UNION SELECT s.resource_id FROM (${sharesOf(actor)}) s WHERE s.account_key = 0)`;
}

/** The audits, as `t`, on the accounts that were shared with an actor, or were when they were deleted. */
export function onSharedAccount(actor: Actor): Sql {
  const shares = ['access_grants', 'past_shares'].map(
    (table) => sql`EXISTS (SELECT 1 FROM ${raw(table)} s
      WHERE s.user_id = ${actor.userId} AND s.resource_id = t.resource_id AND s.account_key = t.account_id)`,
  );
  return join(shares, ' OR ');
}

/** What an actor of scope OWNED_AND_SHARED may see the audits on. */
export interface Audited {
  /** The resources all of whose audits it may see. */
  readonly resourceIds: readonly number[];
  /** The accounts of other resources, by resource id. */
  readonly accountIds: ReadonlyMap<number, readonly number[]>;
}

/** Reads what the actor may see the audits on; undefined if that is more than `most` resources and accounts. */
export async function readAudited(context: Context, most: number): Promise<Audited | undefined> {
  const actor = actorOf(context);
  const rows = await context.db.query<{ resourceId: number; accountKey: number }>(
    sql`SELECT v.resource_id AS resourceId, v.account_key AS accountKey FROM (
          SELECT r.id AS resource_id, 0 AS account_key FROM resources r WHERE r.owner_name_id IN ${namesOf(actor.userId)}
          UNION ${sharesOf(actor)}) v LIMIT ${most + 1}`,
  );
  if (rows.length > most) return undefined;
  const whole = new Set(rows.filter(({ accountKey }) => accountKey === 0).map(({ resourceId }) => resourceId));
  const accountIds = new Map<number, number[]>();
  for (const { resourceId, accountKey } of rows) {
    if (!whole.has(resourceId)) accountIds.set(resourceId, [...(accountIds.get(resourceId) ?? []), accountKey]);
  }
  return { resourceIds: [...whole], accountIds };
}

/** What was shared with an actor, or was when it was deleted: resource_id and account_key. */
function sharesOf({ userId }: Actor): Sql {
  return sql`SELECT g.resource_id, g.account_key FROM access_grants g WHERE g.user_id = ${userId}
    UNION SELECT p.resource_id, p.account_key FROM past_shares p WHERE p.user_id = ${userId}`;
}
