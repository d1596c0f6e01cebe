import type { GraphQLResolveInfo } from 'graphql';
import sql from 'sql-template-tag';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { Access, Privilege } from '../../graphql/access.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { type Connection, connectionOf } from '../../graphql/pages/connection.js';
import { type ChangeFeed, changeFeedOf } from '../../graphql/pages/feed.js';
import { DateRange, PageArguments, parseId } from '../../graphql/pages/page-arguments.js';
import { readChangeFeed } from '../../graphql/pages/read-change-feed.js';
import { readConnection } from '../../graphql/pages/read-connection.js';
import { allOf, Has, oneOf } from '../../graphql/rows/children.js';
import { readRow } from '../../graphql/rows/read-row.js';
import { Requires } from '../../graphql/rows/requires.js';
import { selectionOf } from '../../graphql/selection.js';
import { UserAccount } from '../users/user-account.js';
import { userAccountNamed } from '../users/user-account.loaders.js';
import { ResourceDateField, ResourceFilter, ResourceOrder } from './resource.inputs.js';
import { CustomField, PrivilegedAccount, Resource } from './resource.js';
import { resourceChanges, resourceList } from './resource.list.js';
import { accountsOf, customFieldsOf } from './resource.loaders.js';
import { visibleResources } from './resource.queries.js';

const ResourceConnection = connectionOf(Resource);
const ResourceFeed = changeFeedOf(Resource);

@Resolver(() => Resource)
export class ResourceResolver {
  @Access(Privilege.READ_RESOURCES)
  @Query(() => ResourceConnection)
  resources(
    @Arg('dateRange', () => DateRange, { nullable: true }) range: DateRange | null,
    @Arg('dateField', () => ResourceDateField, { defaultValue: ResourceDateField.MODIFIED_AT })
    dateField: ResourceDateField,
    @Arg('filter', () => ResourceFilter, { nullable: true }) filter: ResourceFilter | null,
    @Arg('orderBy', () => ResourceOrder, { nullable: true }) order: ResourceOrder | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<object>> {
    return readConnection(context, resourceList(context, range, dateField, filter, order), page, selectionOf(info));
  }

  @Access(Privilege.READ_RESOURCES)
  @Query(() => Resource, { nullable: true })
  resource(
    @Arg('id', () => ID) id: string,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<object | null> {
    const where = sql`t.id = ${parseId('id', id)} AND ${visibleResources(actorOf(context))}`;
    return readRow(context, Resource, selectionOf(info), where);
  }

  @Access(Privilege.READ_RESOURCES)
  @Query(() => ResourceFeed)
  resourceFeed(
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('first', () => Int, { defaultValue: 1000 }) first: number,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ChangeFeed> {
    return readChangeFeed(context, resourceChanges, { after, first }, selectionOf(info));
  }

  @Has('ownerNameId', userAccountNamed)
  @FieldResolver(() => UserAccount, { nullable: true })
  owner(
    @Root() { ownerNameId }: Resource,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UserAccount | null> | null {
    return ownerNameId === null
      ? null
      : oneOf<number, UserAccount>(context, userAccountNamed, selectionOf(info)).load(ownerNameId);
  }

  @Has('id', accountsOf)
  @FieldResolver(() => [PrivilegedAccount])
  accounts(
    @Root() { id }: Resource,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PrivilegedAccount[]> {
    return allOf<number, PrivilegedAccount>(context, accountsOf, selectionOf(info)).load(id);
  }

  @Requires('id')
  @FieldResolver(() => [CustomField])
  customFields(@Root() { id }: Resource, @Ctx() context: Context): Promise<CustomField[]> {
    return customFieldsOf(context).load(id);
  }
}
