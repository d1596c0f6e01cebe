import { Field, ID, ObjectType } from 'type-graphql';
import { Access, Privilege } from '../../graphql/access.js';
import { DateTime } from '../../graphql/date-time.js';
import { UserError } from '../../graphql/user-errors.js';
import { AuthTokenState } from './auth-token.js';
import { isPending, type LiveToken, problemOfToken } from './connector-token.queries.js';

@Access(Privilege.MANAGEENGINE_INTEGRATION)
@ObjectType({
  simpleResolvers: true,
  description: 'An auth token that was not revoked. The token itself is nowhere: it is shown once, when it is made.',
})
export class IssuedAuthToken {
  @Field(() => ID, { description: 'For revokeAuthToken.' }) id!: number;
  @Field(() => String, { description: 'The first characters, to tell tokens apart.' }) hint!: string;
  @Field(() => String, { nullable: true, description: 'Whose view it has; null if that user account was deleted.' })
  userName!: string | null;
  @Field(() => AuthTokenState, { description: 'NONE if it was not saved within a day, and never takes effect.' })
  state!: AuthTokenState;
  @Field(() => DateTime, { description: 'When it was made.' }) generatedAt!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Who made it: System for the command line; null for one from before this was kept.',
  })
  generatedBy!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When it took effect.' }) savedAt!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When it is refused from; null if it does not expire.' })
  expiresAt!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was used first.' }) firstUsedAt!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When it last read a module, to some seconds.' })
  lastUsedAt!: string | null;
  @Field(() => String, { nullable: true, description: 'The address that it came from then.' })
  lastUsedFrom!: string | null;
  @Field(() => String, { nullable: true, description: 'As AuthToken.problem.' }) problem!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What became of the revocation of an auth token.' })
export class RevokeAuthTokenPayload {
  @Field(() => Boolean, { description: 'Whether there was such a token to be revoked.' }) revoked!: boolean;
  @Field(() => [UserError], { description: 'What was wrong, if it was not revoked.' }) userErrors!: UserError[];
}

/** A token as it is listed. */
export function issuedToken(token: LiveToken): IssuedAuthToken {
  const { id, hint, userName, generatedAt, generatedBy, savedAt, firstUsedAt, lastUsedAt, lastUsedFrom } = token;
  const unsaved = isPending(token) ? AuthTokenState.PENDING_SAVE : AuthTokenState.NONE;
  return {
    ...{ id, hint, userName, generatedAt, generatedBy, savedAt, firstUsedAt, lastUsedAt, lastUsedFrom },
    state: savedAt ? AuthTokenState.AVAILABLE : unsaved,
    expiresAt: token.tokenExpiresAt,
    problem: problemOfToken(token),
  };
}
