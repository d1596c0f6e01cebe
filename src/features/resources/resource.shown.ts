import sql, { join, raw } from 'sql-template-tag';
import { type EntityClass, tableOf } from '../../database/rows.js';
import type { Actor } from '../../graphql/context.js';
import type { ShownRows } from '../../graphql/rows/shown-rows.js';
import { wholeResources } from './resource.queries.js';

/** What a shared account shows of its resource: what it is, and what orders lists and feeds. */
const IDENTITY = new Set(['id', 'position', 'source', 'sourceId', 'name', 'type', 'createdAt', 'modifiedAt']);

/**
 * Shows an actor the whole of the resources that it owns or that were shared with it. Of those of which it was given single
 * accounts it sees the identity, and how many accounts it was given.
 */
export function shownResources(entity: EntityClass, actor: Actor): ShownRows | undefined {
  if (actor.scope === 'ALL') return undefined;
  const given = sql`SELECT COUNT(*) FROM access_grants g WHERE g.user_id = ${actor.userId} AND g.resource_id = r.id`;
  const columns = [...tableOf(entity).columns].map(([property, { name }]) => {
    if (IDENTITY.has(property)) return raw(`r.${name}`);
    if (property === 'accountCount') return sql`COALESCE(t.account_count, (${given})) AS account_count`;
    return raw(`t.${name}`);
  });
  return (ids, kept = []) => {
    const selected = [...kept.map((name) => raw(`k.${name}`)), ...columns];
    return sql`(SELECT ${join(selected)} FROM (${ids}) k LEFT JOIN resources r ON r.id = k.id
      LEFT JOIN resources t ON t.id = k.id AND ${wholeResources(actor)})`;
  };
}
