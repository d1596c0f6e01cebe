import sql, { type Sql } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import type { Branch } from '../../database/keyset-page.js';
import { Module } from '../../database/module.js';
import { type Actor, actorOf, type Context } from '../../graphql/context.js';
import { all, checkLists, contains, isOneOf, isWithin, parseIds, SortDirection } from '../../graphql/pages/filters.js';
import { checkRange, type DateRange } from '../../graphql/pages/page-arguments.js';
import type { FeedSource } from '../../graphql/pages/read-change-feed.js';
import type { List } from '../../graphql/pages/read-connection.js';
import { ResourceDateField, type ResourceFilter, type ResourceOrder, ResourceOrderField } from './resource.inputs.js';
import { Resource } from './resource.js';
import { visibleResources, wholeResources } from './resource.queries.js';

const orders = {
  NAME: { property: 'name', column: 'name' },
  CREATED_AT: { property: 'createdAt', column: 'created_at' },
  MODIFIED_AT: { property: 'modifiedAt', column: 'modified_at' },
  LAST_ACCESSED_AT: { property: 'lastAccessedAt', column: 'last_accessed_at' },
} as const;

export const resourceChanges: FeedSource = { module: Module.RESOURCES, entity: Resource, visibleTo: visibleResources };

/** The resources that an actor may see and a query asks for. What is hidden of a resource is NULL to filters and orders, too. */
export function resourceList(
  context: Context,
  range: DateRange | null | undefined,
  dateField: ResourceDateField,
  filter: ResourceFilter | null | undefined,
  order: ResourceOrder | null | undefined,
): List {
  checkRange(range);
  checkLists(filter);
  const actor = actorOf(context);
  const { field, direction } = order ?? { field: ResourceOrderField.NAME, direction: SortDirection.ASC };
  const { property, column } = orders[field];
  const isRangedByOrder = orders[dateField].column === column;
  const ids = parseIds('filter.ids', filter?.ids);
  return {
    module: Module.RESOURCES,
    entity: Resource,
    orderBy: property,
    direction,
    range: isRangedByOrder ? range : null,
    branches: [{ ...placesIn(actor, field, ids !== undefined), where: isOneOf('t.id', ids) }],
    where: all(
      visibleResources(actor),
      isWithin(context.db, `t.${orders[dateField].column}`, isRangedByOrder ? null : range),
      isOneOf('t.name', filter?.names),
      isOneOf('t.type', filter?.types),
      isOneOf('t.department', filter?.departments),
      isOneOf('t.location', filter?.locations),
      isOneOf('t.owner_name', filter?.ownerNames),
      asksForHidden(range, dateField, filter) ? wholeResources(actor) : sql`1 = 1`,
      isFound(context.db, actor, filter?.search),
    ),
    isWhole: actor.scope === 'ALL' && !range && !filter,
    boundTo: { range, dateField, filter },
  };
}

/** Where rows stand in an order. By a column that may be hidden, they are put in the order of what is shown. */
function placesIn(actor: Actor, field: ResourceOrderField, isById: boolean): Pick<Branch, 'index' | 'joinPath'> {
  const { column } = orders[field];
  if (actor.scope === 'ALL' || field !== ResourceOrderField.LAST_ACCESSED_AT) {
    return { index: isById ? undefined : `resources_${column}` };
  }
  const table = sql`(SELECT r.id, t.last_accessed_at FROM (SELECT t.id FROM resources t WHERE ${visibleResources(actor)}) r
    LEFT JOIN resources t ON t.id = r.id AND ${wholeResources(actor)})`;
  return { index: undefined, joinPath: { table, on: 't.id = v.id', hasOrder: true } };
}

/** Whether a query asks for a value of a column that may be hidden. */
function asksForHidden(
  range: DateRange | null | undefined,
  dateField: ResourceDateField,
  filter: ResourceFilter | null | undefined,
): boolean {
  if ((range?.from || range?.to) && dateField === ResourceDateField.LAST_ACCESSED_AT) return true;
  return Boolean(filter?.departments || filter?.locations || filter?.ownerNames);
}

/** A search looks through the names of all resources, and through the other texts of those that are seen as a whole. */
function isFound({ dialect }: Db, actor: Actor, search: string | null | undefined): Sql {
  const inAll = contains('t.search_text', search);
  if (actor.scope === 'ALL' || !search) return inAll;
  // The text begins with the name. In lower case it is as long, but for the one letter that becomes two.
  const [name, without] = ['t.name', "REPLACE(t.name, 'İ', '')"].map((text) => dialect.textLength(text));
  const inName = contains(`SUBSTR(t.search_text, 1, 2 * ${name} - ${without})`, search);
  return sql`(${inName} OR (${inAll} AND ${wholeResources(actor)}))`;
}
