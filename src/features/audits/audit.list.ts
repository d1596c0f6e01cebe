import { Module } from '../../database/module.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { checkLists, SortDirection } from '../../graphql/pages/filters.js';
import { checkRange, type DateRange } from '../../graphql/pages/page-arguments.js';
import type { List } from '../../graphql/pages/read-connection.js';
import type { AuditFilter, AuditOrder } from './audit.inputs.js';
import { Audit } from './audit.js';
import { readableRange } from './audit.queries.js';
import { planAuditQuery } from './audit.query-plan.js';

/** The audits that an actor may see and a query asks for, in the order of `occurredAt`. */
export async function auditList(
  context: Context,
  range: DateRange | null | undefined,
  filter: AuditFilter | null | undefined,
  order: AuditOrder | null | undefined,
): Promise<List> {
  checkRange(range);
  checkLists(filter);
  const readable = readableRange(actorOf(context), range);
  const search = await planAuditQuery(context, filter);
  return {
    module: Module.AUDITS,
    entity: Audit,
    orderBy: 'occurredAt',
    direction: order?.direction ?? SortDirection.ASC,
    range: readable,
    ...search,
    isWhole: actorOf(context).scope === 'ALL' && !readable && !filter,
    boundTo: { range, filter },
  };
}
