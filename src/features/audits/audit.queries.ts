import sql, { join, type Sql } from 'sql-template-tag';
import type { Actor } from '../../graphql/context.js';
import { all, isOneOf, parseIds } from '../../graphql/pages/filters.js';
import type { DateRange } from '../../graphql/pages/page-arguments.js';
import { type Audited, auditedResourceIds, onSharedAccount } from '../resources/resource.queries.js';
import { namesOf } from '../users/user-names.service.js';
import type { AuditFilter } from './audit.inputs.js';

/**
 * The audits, as `t`, that an actor may see: all, or its own, those on the resources that it sees as a whole and those on
 * accounts that were shared. Whoever has read the ids of these hands them in, which spares the engine to look for each row.
 */
export function visibleAudits(actor: Actor, audited?: Audited): Sql {
  if (actor.scope === 'ALL') return sql`1 = 1`;
  const own = sql`t.operator_name_id IN ${namesOf(actor.userId)}`;
  if (!audited) return sql`(${own} OR t.resource_id IN ${auditedResourceIds(actor)} OR ${onSharedAccount(actor)})`;
  const { resourceIds, accountIds } = audited;
  const others = Object.entries({ resource_id: resourceIds, account_id: [...accountIds.values()].flat() });
  const named = others.filter(([, ids]) => ids.length > 0).map(([column, ids]) => isOneOf(`t.${column}`, ids));
  return sql`(${join([own, ...named], ' OR ')})`;
}

/** A range as far as audits of it are served to an actor: its token may be narrowed to a period. */
export function readableRange({ bounds }: Actor, range: DateRange | null | undefined): DateRange | null | undefined {
  const since = bounds?.since;
  if (!since || (range?.from && range.from >= since)) return range;
  return { from: since, to: range?.to ?? null };
}

/** What a filter asks of one column. */
export interface Condition {
  readonly column: string;
  readonly values: readonly (string | number)[];
  readonly where: Sql;
}

/** What a filter asks for, what keeps the fewest rows first. */
export function conditionsOf(filter: AuditFilter | null | undefined): Condition[] {
  if (!filter) return [];
  const few = {
    resource_id: parseIds('filter.resourceIds', filter.resourceIds),
    account_name: filter.accountNames,
    user_name: filter.userNames,
    resource_name: filter.resourceNames,
    ip_address: filter.ipAddresses,
  };
  const many = {
    operated_by: filter.operatedBy,
    operation: filter.operations,
    category: filter.categories,
    outcome: filter.outcomes,
  };
  return Object.entries({ ...few, ...many }).flatMap(([column, values]) =>
    values ? [{ column, values, where: isOneOf(`t.${column}`, values) }] : [],
  );
}

/** All that a filter asks for. */
export function matches(filter: AuditFilter | null | undefined): Sql {
  return all(sql`1 = 1`, ...conditionsOf(filter).map(({ where }) => where));
}
