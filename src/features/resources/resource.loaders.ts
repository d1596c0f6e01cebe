import type DataLoader from 'dataloader';
import sql, { join } from 'sql-template-tag';
import { actorOf, type Context } from '../../graphql/context.js';
import { allForEach, loaderOf, oneForEach } from '../../graphql/loaders.js';
import { fieldsKey, readRows } from '../../graphql/read-row.js';
import type { Selection } from '../../graphql/selection.js';
import { type CustomField, PrivilegedAccount, Resource } from './resource.js';
import { visibleAccounts, visibleResources } from './resource.queries.js';

/** Resources by id; null where there is none that the actor may see. */
export function resourceById(context: Context, selection: Selection): DataLoader<number, Resource | null> {
  return loaderOf(context, `resourceById ${fieldsKey(selection)}`, async (ids) => {
    const where = sql`t.id IN (${join([...ids])}) AND ${visibleResources(actorOf(context))}`;
    const rows = await readRows<Resource>(context, Resource, selection, where);
    return oneForEach(ids, rows, ({ id }) => id);
  });
}

/** The accounts of resources, by resource id, in the order of their names. */
export function accountsOf(context: Context, selection: Selection): DataLoader<number, PrivilegedAccount[]> {
  return loaderOf(context, `accountsOf ${fieldsKey(selection)}`, async (ids) => {
    const where = sql`t.resource_id IN (${join([...ids])}) AND ${visibleAccounts(actorOf(context))}
      ORDER BY t.resource_id, t.name, t.id`;
    const rows = await readRows<PrivilegedAccount>(context, PrivilegedAccount, selection, where, ['resourceId']);
    return allForEach(ids, rows, ({ resourceId }) => resourceId);
  });
}

/** Privileged accounts by id; null where there is none that the actor may see. */
export function accountById(context: Context, selection: Selection): DataLoader<number, PrivilegedAccount | null> {
  return loaderOf(context, `accountById ${fieldsKey(selection)}`, async (ids) => {
    const where = sql`t.id IN (${join([...ids])}) AND ${visibleAccounts(actorOf(context))}`;
    const rows = await readRows<PrivilegedAccount>(context, PrivilegedAccount, selection, where);
    return oneForEach(ids, rows, ({ id }) => id);
  });
}

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
