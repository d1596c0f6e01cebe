import type DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import sql, { join, raw } from 'sql-template-tag';
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context.js';
import { oneOf } from '../../graphql/rows/children.js';
import { allForEach, loaderOf } from '../../graphql/rows/loaders.js';
import { Requires } from '../../graphql/rows/requires.js';
import { selectionOf } from '../../graphql/selection.js';
import { UserAccount } from '../users/user-account.js';
import { AccessGrant } from './access-grant.js';
import { PrivilegedAccount, Resource } from './resource.js';
import { accountById, resourceById } from './resource.loaders.js';

@Resolver(() => UserAccount)
export class UserAccountGrantsResolver {
  @Requires('id')
  @FieldResolver(() => [AccessGrant], {
    description: 'What was shared with this user, the most specific level for each resource or account.',
  })
  grants(@Root() { id }: UserAccount, @Ctx() context: Context): Promise<AccessGrant[]> {
    return grantsOf(context).load(id);
  }
}

@Resolver(() => AccessGrant)
export class AccessGrantResolver {
  @FieldResolver(() => Resource, { nullable: true })
  resource(
    @Root() { resourceId }: AccessGrant,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Resource | null> {
    return oneOf<number, Resource>(context, resourceById, selectionOf(info)).load(resourceId);
  }

  @FieldResolver(() => PrivilegedAccount, { nullable: true, description: 'Null: the whole resource.' })
  account(
    @Root() { accountKey }: AccessGrant,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PrivilegedAccount | null> | null {
    return accountKey === 0
      ? null
      : oneOf<number, PrivilegedAccount>(context, accountById, selectionOf(info)).load(accountKey);
  }
}

/** What was shared with users, by user id, with the names of today. */
function grantsOf(context: Context): DataLoader<number, AccessGrant[]> {
  return loaderOf(context, 'grantsOf', async (ids) => {
    const grantedAt = raw(context.db.dialect.timeText('g.granted_at'));
    const rows = await context.db.query<AccessGrant>(
      sql`SELECT g.user_id AS userId, g.resource_id AS resourceId, g.account_key AS accountKey, g.level,
            ${grantedAt} AS grantedAt, r.name AS resourceName, a.name AS accountName
          FROM access_grants g JOIN resources r ON r.id = g.resource_id
          LEFT JOIN privileged_accounts a ON a.id = g.account_key
          WHERE g.user_id IN (${join([...ids])}) ORDER BY g.user_id, r.name, g.resource_id, g.account_key`,
    );
    return allForEach(ids, rows, ({ userId }) => userId);
  });
}
