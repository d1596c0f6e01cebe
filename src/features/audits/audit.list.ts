import { Module } from '../../database/module.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { all, checkLists, isWithin, SortDirection } from '../../graphql/filters.js';
import { checkRange, type DateRange } from '../../graphql/page-arguments.js';
import type { List } from '../../graphql/read-connection.js';
import type { AuditFilter, AuditOrder } from './audit.inputs.js';
import { Audit } from './audit.js';
import { armsOf, matches, visibleAudits } from './audit.queries.js';

/** The audits that an actor may see and a query asks for, in the order of `occurredAt`. */
export function auditList(
  context: Context,
  range: DateRange | null | undefined,
  filter: AuditFilter | null | undefined,
  order: AuditOrder | null | undefined,
): List {
  checkRange(range);
  checkLists(filter);
  const actor = actorOf(context);
  return {
    module: Module.AUDITS,
    entity: Audit,
    orderBy: 'occurredAt',
    direction: order?.direction ?? SortDirection.ASC,
    arms: armsOf(actor, filter),
    where: all(visibleAudits(actor), isWithin(context.db, 't.occurred_at', range), matches(filter)),
    isWhole: actor.scope === 'ALL' && !range && !filter,
    boundTo: { range, filter },
  };
}
