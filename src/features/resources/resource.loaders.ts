import type DataLoader from 'dataloader';
import sql, { join } from 'sql-template-tag';
import { actorOf, type Context } from '../../graphql/context.js';
import type { Children } from '../../graphql/rows/children.js';
import { allForEach, loaderOf } from '../../graphql/rows/loaders.js';
import { type CustomField, PrivilegedAccount, Resource } from './resource.js';
import { visibleAccounts, visibleResources, wholeResources } from './resource.queries.js';

/** Resources by id. */
export const resourceById: Children<number> = {
  entity: Resource,
  by: 'id',
  isList: false,
  where: (actor, ids) => sql`t.id IN (${join([...ids])}) AND ${visibleResources(actor)}`,
};

/** The accounts of resources, by resource id, in the order of their names. */
export const accountsOf: Children<number> = {
  entity: PrivilegedAccount,
  by: 'resourceId',
  isList: true,
  where: (actor, ids) => sql`t.resource_id IN (${join([...ids])}) AND ${visibleAccounts(actor)}
    ORDER BY t.resource_id, t.name, t.id`,
};

/** Privileged accounts by id. */
export const accountById: Children<number> = {
  entity: PrivilegedAccount,
  by: 'id',
  isList: false,
  where: (actor, ids) => sql`t.id IN (${join([...ids])}) AND ${visibleAccounts(actor)}`,
};

/** The custom fields of resources that the actor sees as a whole, by resource id, in the order that their source gave them. */
export function customFieldsOf(context: Context): DataLoader<number, CustomField[]> {
  return loaderOf(context, 'customFieldsOf', async (ids) => {
    const rows = await context.db.query<CustomField>(
      sql`SELECT c.resource_id AS resourceId, c.label, c.value FROM custom_fields c JOIN resources t ON t.id = c.resource_id
          WHERE c.resource_id IN (${join([...ids])}) AND ${wholeResources(actorOf(context))}
          ORDER BY c.resource_id, c.ordinal`,
    );
    return allForEach(ids, rows, ({ resourceId }) => resourceId);
  });
}
