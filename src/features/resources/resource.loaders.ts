import type DataLoader from 'dataloader';
import sql, { join } from 'sql-template-tag';
import type { Context } from '../../graphql/context.js';
import type { Children } from '../../graphql/rows/children.js';
import { allForEach, loaderOf } from '../../graphql/rows/loaders.js';
import { type CustomField, PrivilegedAccount, Resource } from './resource.js';
import { visibleAccounts, visibleResources } from './resource.queries.js';

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

/** The custom fields of resources, by resource id, in the order that their source gave them. */
export function customFieldsOf(context: Context): DataLoader<number, CustomField[]> {
  return loaderOf(context, 'customFieldsOf', async (ids) => {
    const rows = await context.db.query<CustomField>(
      sql`SELECT resource_id AS resourceId, label, value FROM custom_fields
          WHERE resource_id IN (${join([...ids])}) ORDER BY resource_id, ordinal`,
    );
    return allForEach(ids, rows, ({ resourceId }) => resourceId);
  });
}
