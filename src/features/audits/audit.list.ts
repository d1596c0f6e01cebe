import { Module } from '../../database/module.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { checkLists, SortDirection } from '../../graphql/pages/filters.js';
import { checkRange, type DateRange } from '../../graphql/pages/page-arguments.js';
import type { List } from '../../graphql/pages/read-connection.js';
import { searchAudits } from './audit.arms.js';
import type { AuditFilter, AuditOrder } from './audit.inputs.js';
import { Audit } from './audit.js';
import { servedRange } from './audit.queries.js';

/** The audits that an actor may see and a query asks for, in the order of `occurredAt`. */
export async function auditList(
  context: Context,
  range: DateRange | null | undefined,
  filter: AuditFilter | null | undefined,
  order: AuditOrder | null | undefined,
): Promise<List> {
  checkRange(range);
  checkLists(filter);
  const served = servedRange(actorOf(context), range);
  const search = await searchAudits(context, filter);
  return {
    module: Module.AUDITS,
    entity: Audit,
    orderBy: 'occurredAt',
    direction: order?.direction ?? SortDirection.ASC,
    range: served,
    ...search,
    isWhole: actorOf(context).scope === 'ALL' && !served && !filter,
    boundTo: { range, filter },
  };
}
