import type { GraphQLResolveInfo } from 'graphql';
import sql from 'sql-template-tag';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { Access, Privilege } from '../../graphql/access.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { RowCost } from '../../graphql/limits/row-cost.js';
import { type Connection, connectionOf } from '../../graphql/pages/connection.js';
import { type ChangeFeed, changeFeedOf } from '../../graphql/pages/feed.js';
import { DateRange, PageArguments, parseId } from '../../graphql/pages/page-arguments.js';
import { readChangeFeed } from '../../graphql/pages/read-change-feed.js';
import { readConnection } from '../../graphql/pages/read-connection.js';
import { readRow } from '../../graphql/rows/read-row.js';
import { Requires } from '../../graphql/rows/requires.js';
import { selectionOf } from '../../graphql/selection.js';
import { UserAccountDateField, UserAccountFilter, UserAccountOrder } from './user-account.inputs.js';
import { UserAccount } from './user-account.js';
import { userAccountChanges, userAccountList } from './user-account.list.js';
import { privilegesOf, rolesOf } from './user-account.loaders.js';
import { visibleUserAccounts } from './user-account.queries.js';

const UserAccountConnection = connectionOf(UserAccount);
const UserAccountFeed = changeFeedOf(UserAccount);

@Resolver(() => UserAccount)
export class UserAccountResolver {
  @Access(Privilege.READ_USER_ACCOUNTS)
  @Query(() => UserAccountConnection)
  userAccounts(
    @Arg('dateRange', () => DateRange, { nullable: true }) range: DateRange | null,
    @Arg('dateField', () => UserAccountDateField, { defaultValue: UserAccountDateField.MODIFIED_AT })
    dateField: UserAccountDateField,
    @Arg('filter', () => UserAccountFilter, { nullable: true }) filter: UserAccountFilter | null,
    @Arg('orderBy', () => UserAccountOrder, { nullable: true }) order: UserAccountOrder | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<object>> {
    return readConnection(context, userAccountList(context, range, dateField, filter, order), page, selectionOf(info));
  }

  @Access(Privilege.READ_USER_ACCOUNTS)
  @Query(() => UserAccount, { nullable: true })
  userAccount(
    @Arg('id', () => ID) id: string,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<object | null> {
    const where = sql`t.id = ${parseId('id', id)} AND ${visibleUserAccounts(actorOf(context))}`;
    return readRow(context, UserAccount, selectionOf(info), where);
  }

  @Access(Privilege.READ_USER_ACCOUNTS)
  @Query(() => UserAccountFeed)
  userAccountFeed(
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('first', () => Int, { defaultValue: 1000 }) first: number,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ChangeFeed> {
    return readChangeFeed(context, userAccountChanges, { after, first }, selectionOf(info));
  }

  @Requires('id')
  @RowCost(2)
  @FieldResolver(() => [String], { description: 'As the PAM product says.' })
  roles(@Root() { id }: UserAccount, @Ctx() context: Context): Promise<string[]> {
    return rolesOf(context).load(id);
  }

  @Requires('id')
  @RowCost(2)
  @FieldResolver(() => [Privilege], {
    description: 'What this user may do in this gateway, from the roles given here.',
  })
  privileges(@Root() { id }: UserAccount, @Ctx() context: Context): Promise<Privilege[]> {
    return privilegesOf(context).load(id);
  }
}
