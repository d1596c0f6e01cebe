import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Access, Privilege } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import { DateTime } from '../../graphql/date-time.js';
import { parseId } from '../../graphql/pages/page-arguments.js';
import { withUserErrors } from '../../graphql/user-errors.js';
import { operatorOf } from '../audits/activity-log.js';
import { IngestToken } from './ingest-token.js';
import { GenerateIngestTokenPayload, RevokeIngestTokenPayload } from './ingest-token.payloads.js';
import { generateIngestToken, readIngestTokens, revokeIngestTokens } from './ingest-token.service.js';

const EXPIRY = 'When the token is refused from, at most ten years away; it does not expire if this is left out.';

@Resolver()
export class IngestTokenResolver {
  @Access(Privilege.MANAGE_USERS)
  @Query(() => [IngestToken], {
    description: 'Those that were not revoked, in the order in which they were generated.',
  })
  ingestTokens(@Ctx() { db }: Context): Promise<IngestToken[]> {
    return readIngestTokens(db);
  }

  @Access(Privilege.MANAGE_USERS)
  @Mutation(() => GenerateIngestTokenPayload, {
    description: 'Makes a token that pushes records, for one source where it is given, and can do nothing else.',
  })
  generateIngestToken(
    @Arg('name', () => String) name: string,
    @Arg('source', () => String, { nullable: true }) source: string | null,
    @Arg('expiresAt', () => DateTime, { nullable: true, description: EXPIRY }) expiresAt: string | null,
    @Ctx() context: Context,
  ): Promise<GenerateIngestTokenPayload> {
    return withUserErrors({ token: null, ingestToken: null }, () =>
      generateIngestToken(context.db, operatorOf(context), {
        name,
        source: source ?? null,
        expiresAt: expiresAt ?? null,
      }),
    );
  }

  @Access(Privilege.MANAGE_USERS)
  @Mutation(() => RevokeIngestTokenPayload, {
    description:
      'Ends a token for good: within a second it is refused everywhere. `revoked` is false where it was not in effect.',
  })
  revokeIngestToken(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<RevokeIngestTokenPayload> {
    return withUserErrors({ revoked: false }, async () => ({
      revoked: (await revokeIngestTokens(context.db, operatorOf(context), 'id', parseId('id', id))) > 0,
    }));
  }
}
