import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Module } from '../../database/module.js';
import { Access, Privilege } from '../../graphql/access.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { DateTime } from '../../graphql/date-time.js';
import { withUserErrors } from '../../graphql/user-errors.js';
import { operatorOf } from '../audits/activity-log.js';
import { SOURCE_OF_USER } from '../users/user-name.js';
import { AnalyticsPlus } from './analytics-plus.js';
import { connectAnalyticsPlus } from './analytics-plus.service.js';
import { AuthToken } from './auth-token.js';
import { ConnectAnalyticsPlusInput, SaveIntegrationInput } from './integration.inputs.js';
import { Integration } from './integration.js';
import { ConnectAnalyticsPlusPayload, GenerateAuthTokenPayload, IntegrationPayload } from './integration.payloads.js';
import {
  analyticsPlusOf,
  authTokenOf,
  type IntegrationWithTokens,
  importsOf,
  readIntegration,
} from './integration.queries.js';
import {
  disableIntegration,
  enableIntegration,
  generateAuthToken,
  removeIntegration,
  saveIntegration,
  targetOf,
  userOfToken,
} from './integration.service.js';
import { ModuleImport } from './module-import.js';

@Resolver(() => Integration)
export class IntegrationResolver {
  @Access(Privilege.MANAGEENGINE_INTEGRATION)
  @Query(() => Integration)
  integration(@Ctx() { db }: Context): Promise<IntegrationWithTokens> {
    return readIntegration(db);
  }

  @FieldResolver(() => AuthToken)
  authToken(@Root() { tokens }: IntegrationWithTokens): AuthToken {
    return authTokenOf(tokens);
  }

  @FieldResolver(() => AnalyticsPlus, {
    nullable: true,
    description: 'What Analytics Plus said of itself when it connected; null until then.',
  })
  analyticsPlus(@Root() integration: IntegrationWithTokens, @Ctx() { db }: Context): Promise<AnalyticsPlus | null> {
    return analyticsPlusOf(db, integration);
  }

  @FieldResolver(() => [ModuleImport], { description: 'One for each module that was read with the token.' })
  imports(@Root() integration: IntegrationWithTokens, @Ctx() { db, now }: Context): Promise<ModuleImport[]> {
    return importsOf(db, integration, now);
  }

  @FieldResolver(() => String, { nullable: true, description: 'https://hostName:portNumber; null until both are set.' })
  launchUrl(@Root() integration: IntegrationWithTokens): string | null {
    const target = targetOf(integration);
    return target && `https://${target}`;
  }

  @Access(Privilege.MANAGEENGINE_INTEGRATION)
  @Mutation(() => GenerateAuthTokenPayload, {
    description:
      "Makes a new token, mapped to the caller's login. Until it is saved the old one goes on working. Mapping it to another user needs MANAGE_USERS as well: else the holder of this one role could give itself a wider view than its own.",
  })
  generateAuthToken(
    @Arg('userName', () => String, { nullable: true }) userName: string | null,
    @Arg('source', () => String, { nullable: true, description: SOURCE_OF_USER }) source: string | null,
    @Arg('expiresAt', () => DateTime, {
      nullable: true,
      description: 'When the token is refused from, at most ten years away; it does not expire if this is left out.',
    })
    expiresAt: string | null,
    @Ctx() context: Context,
  ): Promise<GenerateAuthTokenPayload> {
    const { db } = context;
    const user = userOfToken(actorOf(context), userName ?? null, source ?? null);
    return withUserErrors({ token: null, integration: null }, async () => ({
      token: await generateAuthToken(db, operatorOf(context), user, expiresAt ?? null),
      integration: await readIntegration(db),
    }));
  }

  @Access(Privilege.MANAGEENGINE_INTEGRATION)
  @Mutation(() => IntegrationPayload, {
    description:
      'Stores host and port, puts a pending token into effect, revokes the token before it, enables the integration.',
  })
  saveIntegration(
    @Arg('input', () => SaveIntegrationInput) input: SaveIntegrationInput,
    @Ctx() context: Context,
  ): Promise<IntegrationPayload> {
    return changed(context, () => saveIntegration(context.db, operatorOf(context), input));
  }

  @Access(Privilege.MANAGEENGINE_INTEGRATION)
  @Mutation(() => IntegrationPayload)
  enableIntegration(@Ctx() context: Context): Promise<IntegrationPayload> {
    return changed(context, () => enableIntegration(context.db, operatorOf(context)));
  }

  @Access(Privilege.MANAGEENGINE_INTEGRATION)
  @Mutation(() => IntegrationPayload, {
    description: 'Refuses the token until the integration is enabled again. Nothing is forgotten.',
  })
  disableIntegration(@Ctx() context: Context): Promise<IntegrationPayload> {
    return changed(context, () => disableIntegration(context.db, operatorOf(context)));
  }

  @Access(Privilege.MANAGEENGINE_INTEGRATION)
  @Mutation(() => IntegrationPayload, {
    description: 'Revokes every token and forgets the configuration, so that a new workspace can be set up.',
  })
  removeIntegration(@Ctx() context: Context): Promise<IntegrationPayload> {
    return changed(context, () => removeIntegration(context.db, operatorOf(context)));
  }
}

@Resolver(() => AnalyticsPlus)
export class AnalyticsPlusResolver {
  @FieldResolver(() => [Module])
  modules(@Root() { modules }: AnalyticsPlus): Module[] {
    return modules.split(',') as Module[];
  }

  @Access(Privilege.READ_AUDITS)
  @Mutation(() => ConnectAnalyticsPlusPayload, { description: 'Called by Analytics Plus with its token.' })
  connectAnalyticsPlus(
    @Arg('input', () => ConnectAnalyticsPlusInput) input: ConnectAnalyticsPlusInput,
    @Ctx() context: Context,
  ): Promise<ConnectAnalyticsPlusPayload> {
    return withUserErrors({ modules: [], warnings: [] }, () =>
      connectAnalyticsPlus(context.db, operatorOf(context), actorOf(context), input),
    );
  }
}

function changed({ db }: Context, change: () => Promise<void>): Promise<IntegrationPayload> {
  return withUserErrors({ integration: null }, async () => {
    await change();
    return { integration: await readIntegration(db) };
  });
}
