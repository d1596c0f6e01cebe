import { Arg, Ctx, Field, ID, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { Access, Privilege } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import { parseId } from '../../graphql/pages/page-arguments.js';
import { UserError, withUserErrors } from '../../graphql/user-errors.js';
import { readScopeRequests } from '../users/held-scopes.js';
import { ScopeRequest } from '../users/scope-request.js';
import { operatorOf } from './activity-log.js';
import { confirmAccessScope, refuseAccessScope } from './scope-request.service.js';

@ObjectType({ simpleResolvers: true, description: 'What became of a request for a wider access scope.' })
export class AccessScopePayload {
  @Field(() => Boolean, { description: 'Whether the request was there and is settled now.' }) settled!: boolean;
  @Field(() => [UserError], { description: 'What was wrong, if it was not settled.' }) userErrors!: UserError[];
}

@Resolver()
export class ScopeRequestResolver {
  @Access(Privilege.MANAGE_USERS)
  @Query(() => [ScopeRequest], {
    description:
      'The wider access scopes that were pushed and wait for an administrator or were refused; the oldest first.',
  })
  scopeRequests(@Ctx() { db }: Context): Promise<ScopeRequest[]> {
    return readScopeRequests(db);
  }

  @Access(Privilege.MANAGE_USERS)
  @Mutation(() => AccessScopePayload, {
    description: 'Gives a user the access scope ALL that was pushed: its sign-in and its auth tokens see every record.',
  })
  confirmAccessScope(@Arg('userId', () => ID) userId: string, @Ctx() context: Context): Promise<AccessScopePayload> {
    return settled(() => confirmAccessScope(context.db, operatorOf(context), parseId('userId', userId)));
  }

  @Access(Privilege.MANAGE_USERS)
  @Mutation(() => AccessScopePayload, {
    description: 'Refuses the access scope that was pushed for a user, who keeps the present one.',
  })
  refuseAccessScope(@Arg('userId', () => ID) userId: string, @Ctx() context: Context): Promise<AccessScopePayload> {
    return settled(() => refuseAccessScope(context.db, operatorOf(context), parseId('userId', userId)));
  }
}

function settled(work: () => Promise<void>): Promise<AccessScopePayload> {
  return withUserErrors({ settled: false }, async () => {
    await work();
    return { settled: true };
  });
}
