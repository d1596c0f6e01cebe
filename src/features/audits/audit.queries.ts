import sql, { type Sql } from 'sql-template-tag';
import type { Arm } from '../../database/page.js';
import type { Actor } from '../../graphql/context.js';
import { all, isOneOf, parseIds } from '../../graphql/filters.js';
import { visibleResourceIds } from '../resources/resource.queries.js';
import type { AuditFilter } from './audit.inputs.js';
import { AuditCategory, AuditOutcome } from './audit.js';

/** The audits, as `t`, that an actor may see: all, or its own and those on the resources that it may see. */
export function visibleAudits(actor: Actor): Sql {
  if (actor.scope === 'ALL') return sql`1 = 1`;
  return sql`(t.operated_by = ${actor.userName} OR t.resource_id IN ${visibleResourceIds(actor)})`;
}

/** What a filter asks of a column of its own, the filters that keep the fewest rows first. */
function lookups(filter: AuditFilter) {
  return [
    { column: 'resource_id', values: parseIds('filter.resourceIds', filter.resourceIds) },
    { column: 'account_name', values: filter.accountNames },
    { column: 'user_name', values: filter.userNames },
    { column: 'resource_name', values: filter.resourceNames },
    { column: 'ip_address', values: filter.ipAddresses },
    { column: 'operated_by', values: filter.operatedBy },
    { column: 'operation', values: filter.operations },
  ];
}

/** All that a filter asks for. */
export function matches(filter: AuditFilter | null | undefined): Sql {
  if (!filter) return sql`1 = 1`;
  return all(
    isOneOf('t.category', filter.categories),
    isOneOf('t.outcome', filter.outcomes),
    ...lookups(filter).map(({ column, values }) => isOneOf(`t.${column}`, values)),
  );
}

/** More values than this are read by one arm and sorted, instead of one arm each. */
const MOST_ARMS = 32;

/**
 * The index ranges to read a page from, so that it costs what a page costs and never a scan: one for each value of the
 * most selective filter, since within one value an index is in the order of time.
 */
export function armsOf(actor: Actor, filter: AuditFilter | null | undefined): Arm[] {
  const lookup = lookups(filter ?? {}).find(({ values }) => values);
  if (lookup) return armsOfValues(`audits_${lookup.column}`, `t.${lookup.column}`, lookup.values!);
  if (filter?.categories || filter?.outcomes) return armsOfKinds(filter);
  if (actor.scope === 'ALL') return [{ index: 'audits_occurred_at', where: sql`1 = 1` }];
  return [
    { index: 'audits_operated_by', where: sql`t.operated_by = ${actor.userName}` },
    {
      index: 'audits_resource_id',
      where: sql`t.resource_id IN ${visibleResourceIds(actor)} AND t.operated_by <> ${actor.userName}`,
    },
  ];
}

function armsOfValues(index: string, column: string, values: readonly (string | number)[]): Arm[] {
  const distinct = [...new Set(values)];
  if (distinct.length > MOST_ARMS || distinct.length === 0) return [{ index, where: isOneOf(column, distinct) }];
  return distinct.map((value) => ({ index, where: isOneOf(column, [value]) }));
}

/** Categories and outcomes are few: together they are one index, with an arm for each pair. */
function armsOfKinds({ categories, outcomes }: AuditFilter): Arm[] {
  const pairs = [...new Set(categories ?? Object.values(AuditCategory))].flatMap((category) =>
    [...new Set(outcomes ?? Object.values(AuditOutcome))].map((outcome) => ({ category, outcome })),
  );
  if (pairs.length === 0) return [{ index: 'audits_category', where: sql`1 = 0` }];
  return pairs.map(({ category, outcome }) => ({
    index: 'audits_category',
    where: sql`t.category = ${category} AND t.outcome = ${outcome}`,
  }));
}
