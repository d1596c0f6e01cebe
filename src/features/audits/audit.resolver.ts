import type { GraphQLResolveInfo } from 'graphql';
import sql from 'sql-template-tag';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { Access, Privilege } from '../../graphql/access.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { DateTime } from '../../graphql/date-time.js';
import { type Connection, connectionOf } from '../../graphql/pages/connection.js';
import { type NodeFeed, nodeFeedOf } from '../../graphql/pages/feed.js';
import { all, isWithin } from '../../graphql/pages/filters.js';
import { DateRange, PageArguments, parseId } from '../../graphql/pages/page-arguments.js';
import { readConnection } from '../../graphql/pages/read-connection.js';
import { Has, oneOf } from '../../graphql/rows/children.js';
import { readRow } from '../../graphql/rows/read-row.js';
import { selectionOf } from '../../graphql/selection.js';
import { Resource } from '../resources/resource.js';
import { resourceById } from '../resources/resource.loaders.js';
import { UserAccount } from '../users/user-account.js';
import { userAccountNamed } from '../users/user-account.loaders.js';
import { readAuditFeed } from './audit.feed.js';
import { AuditFilter, AuditOrder } from './audit.inputs.js';
import { Audit } from './audit.js';
import { auditList } from './audit.list.js';
import { readableRange, visibleAudits } from './audit.queries.js';

const AuditConnection = connectionOf(Audit);
const AuditFeed = nodeFeedOf(Audit);

@Resolver(() => Audit)
export class AuditResolver {
  @Access(Privilege.READ_AUDITS)
  @Query(() => AuditConnection, {
    description: 'Finite and in the order of occurredAt. To follow what is added later, use auditFeed.',
  })
  async audits(
    @Arg('dateRange', () => DateRange, { nullable: true }) range: DateRange | null,
    @Arg('filter', () => AuditFilter, { nullable: true }) filter: AuditFilter | null,
    @Arg('orderBy', () => AuditOrder, { nullable: true }) order: AuditOrder | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<object>> {
    return readConnection(context, await auditList(context, range, filter, order), page, selectionOf(info));
  }

  @Access(Privilege.READ_AUDITS)
  @Query(() => Audit, { nullable: true })
  audit(
    @Arg('id', () => ID) id: string,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<object | null> {
    const actor = actorOf(context);
    const readable = isWithin(context.db, 't.occurred_at', readableRange(actor, null));
    const where = all(sql`t.id = ${parseId('id', id)}`, visibleAudits(actor), readable);
    return readRow(context, Audit, selectionOf(info), where);
  }

  @Access(Privilege.READ_AUDITS)
  @Query(() => AuditFeed, {
    description: '`since` skips what occurred before it; it is read only where `after` is not given.',
  })
  auditFeed(
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('first', () => Int, { defaultValue: 1000 }) first: number,
    @Arg('since', () => DateTime, { nullable: true }) since: string | null,
    @Arg('filter', () => AuditFilter, { nullable: true }) filter: AuditFilter | null,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<NodeFeed> {
    return readAuditFeed(context, { after, first, since, filter }, selectionOf(info));
  }

  @Has('resourceId', resourceById)
  @FieldResolver(() => Resource, { nullable: true })
  resource(
    @Root() { resourceId }: Audit,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Resource | null> | null {
    return resourceId === null
      ? null
      : oneOf<number, Resource>(context, resourceById, selectionOf(info)).load(resourceId);
  }

  @Has('operatorNameId', userAccountNamed)
  @FieldResolver(() => UserAccount, { nullable: true })
  operator(
    @Root() { operatorNameId }: Audit,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UserAccount | null> | null {
    return operatorNameId === null
      ? null
      : oneOf<number, UserAccount>(context, userAccountNamed, selectionOf(info)).load(operatorNameId);
  }
}
