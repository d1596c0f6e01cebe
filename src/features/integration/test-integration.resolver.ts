import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Access, Privilege } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import { withUserErrors } from '../../graphql/user-errors.js';
import { TestIntegrationPayload } from './integration.payloads.js';
import { testIntegration } from './test-integration.service.js';

@Resolver()
export class TestIntegrationResolver {
  @Access(Privilege.MANAGEENGINE_INTEGRATION)
  @Mutation(() => TestIntegrationPayload, {
    description:
      'Name resolution, port, TLS certificate, build, time zone, age of the last import: what to look at when charts stay empty. All checks, or those named.',
  })
  testIntegration(
    @Arg('checks', () => [String], { nullable: true }) checks: string[] | null,
    @Ctx() context: Context,
  ): Promise<TestIntegrationPayload> {
    return withUserErrors({ checks: [] }, async () => ({
      checks: await testIntegration(context, checks ?? null),
    }));
  }
}
