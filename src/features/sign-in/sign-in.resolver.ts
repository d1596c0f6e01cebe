import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Access, Once } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import { OnRateLimited } from '../../graphql/limits/on-rate-limited.js';
import { withUserErrors } from '../../graphql/user-errors.js';
import { countOverBudget } from './rejection-counter.js';
import { SignInPayload, SignOutPayload } from './sign-in.js';
import { signIn, signOut } from './sign-in.service.js';

@Resolver()
export class SignInResolver {
  @Access()
  @Once()
  @OnRateLimited(countOverBudget)
  @Mutation(() => SignInPayload, {
    description: 'Starts a session, whose cookie comes with the answer. It may stand in an operation once.',
  })
  signIn(
    @Ctx() context: Context,
    @Arg('userName', () => String) userName: string,
    @Arg('password', () => String) password: string,
  ): Promise<SignInPayload> {
    return withUserErrors({ viewer: null }, () => signIn(context, userName, password));
  }

  @Access()
  @Mutation(() => SignOutPayload, { description: 'Ends the session of the request, and takes its cookie away.' })
  async signOut(@Ctx() context: Context): Promise<SignOutPayload> {
    return { signedOut: await signOut(context) };
  }
}
