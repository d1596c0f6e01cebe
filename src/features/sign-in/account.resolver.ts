import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Access, Once, SessionOnly } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import { withUserErrors } from '../../graphql/user-errors.js';
import { ChangePasswordPayload, EndOtherSessionsPayload, EndSessionPayload, OwnSession } from './account.js';
import { endOtherSessions, endOwnSession, ownSessions } from './own-sessions.service.js';
import { changePassword } from './password-change.service.js';

/** What users who signed in see and change of their own sign-in. */
@Resolver()
export class AccountResolver {
  @Access()
  @SessionOnly()
  @Query(() => [OwnSession], {
    description:
      'The sessions of the user who asks, last used first, a hundred at most. For users who sign in: a token is refused.',
  })
  mySessions(@Ctx() context: Context): Promise<OwnSession[]> {
    return ownSessions(context);
  }

  @Access()
  @SessionOnly()
  @Once()
  @Mutation(() => ChangePasswordPayload, {
    description:
      'Changes the password of the user who asks. All other sessions of the user end; this one goes on under a new cookie. It may be selected once in an operation.',
  })
  changePassword(
    @Ctx() context: Context,
    @Arg('currentPassword', () => String, { description: 'Wrong ones are counted as failed sign-ins are.' })
    currentPassword: string,
    @Arg('newPassword', () => String, {
      description:
        'Of 12 to 1,000 characters of any kind; not a common one, nor one that repeats itself, follows a sequence or is made of names.',
    })
    newPassword: string,
  ): Promise<ChangePasswordPayload> {
    const refused = { changed: false, endedSessions: 0 };
    return withUserErrors(refused, () => changePassword(context, currentPassword, newPassword));
  }

  @Access()
  @SessionOnly()
  @Mutation(() => EndSessionPayload, {
    description: 'Ends a session of the user who asks. If it is the session of the request, the user is signed out.',
  })
  endSession(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'As `mySessions` has it.' }) id: string,
  ): Promise<EndSessionPayload> {
    return withUserErrors({ ended: false }, () => endOwnSession(context, id));
  }

  @Access()
  @SessionOnly()
  @Mutation(() => EndOtherSessionsPayload, {
    description: 'Ends all sessions of the user who asks but the session of the request.',
  })
  async endOtherSessions(@Ctx() context: Context): Promise<EndOtherSessionsPayload> {
    return { endedSessions: await endOtherSessions(context) };
  }
}
