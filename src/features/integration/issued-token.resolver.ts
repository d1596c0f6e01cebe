import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Access, Privilege } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import { parseId } from '../../graphql/pages/page-arguments.js';
import { withUserErrors } from '../../graphql/user-errors.js';
import { operatorOf } from '../audits/activity-log.js';
import { liveTokens } from './connector-token.queries.js';
import { revokeConnectorTokenById } from './connector-token.service.js';
import { IssuedAuthToken, issuedToken, RevokeAuthTokenPayload } from './issued-token.js';

@Resolver()
export class IssuedTokenResolver {
  @Access(Privilege.MANAGEENGINE_INTEGRATION)
  @Query(() => [IssuedAuthToken], {
    description:
      'Every auth token that was not revoked, of the integration and from the command line; the oldest first.',
  })
  async authTokens(@Ctx() { db }: Context): Promise<IssuedAuthToken[]> {
    return (await liveTokens(db)).map(issuedToken);
  }

  @Access(Privilege.MANAGEENGINE_INTEGRATION)
  @Mutation(() => RevokeAuthTokenPayload, {
    description: 'Ends an auth token for good, whoever made it: within a second it is refused everywhere.',
  })
  revokeAuthToken(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<RevokeAuthTokenPayload> {
    return withUserErrors({ revoked: false }, async () => ({
      revoked: await revokeConnectorTokenById(context.db, operatorOf(context), parseId('id', id)),
    }));
  }
}
