import { Module } from '../../database/module.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { all, checkLists, contains, isOneOf, isWithin, parseIds, SortDirection } from '../../graphql/pages/filters.js';
import { checkRange, type DateRange } from '../../graphql/pages/page-arguments.js';
import type { FeedSource } from '../../graphql/pages/read-change-feed.js';
import type { List } from '../../graphql/pages/read-connection.js';
import {
  type ResourceDateField,
  type ResourceFilter,
  type ResourceOrder,
  ResourceOrderField,
} from './resource.inputs.js';
import { Resource } from './resource.js';
import { visibleResources } from './resource.queries.js';

const orders = {
  NAME: { property: 'name', column: 'name' },
  CREATED_AT: { property: 'createdAt', column: 'created_at' },
  MODIFIED_AT: { property: 'modifiedAt', column: 'modified_at' },
  LAST_ACCESSED_AT: { property: 'lastAccessedAt', column: 'last_accessed_at' },
} as const;

export const resourceChanges: FeedSource = { module: Module.RESOURCES, entity: Resource, visibleTo: visibleResources };

/** The resources that an actor may see and a query asks for. */
export function resourceList(
  context: Context,
  range: DateRange | null | undefined,
  dateField: ResourceDateField,
  filter: ResourceFilter | null | undefined,
  order: ResourceOrder | null | undefined,
): List {
  checkRange(range);
  checkLists(filter);
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
    arms: [{ index: ids ? undefined : `resources_${column}`, where: isOneOf('t.id', ids) }],
    where: all(
      visibleResources(actorOf(context)),
      isWithin(context.db, `t.${orders[dateField].column}`, isRangedByOrder ? null : range),
      isOneOf('t.name', filter?.names),
      isOneOf('t.type', filter?.types),
      isOneOf('t.department', filter?.departments),
      isOneOf('t.location', filter?.locations),
      isOneOf('t.owner_name', filter?.ownerNames),
      contains('t.search_text', filter?.search),
    ),
    isWhole: actorOf(context).scope === 'ALL' && !range && !filter,
    boundTo: { range, dateField, filter },
  };
}
