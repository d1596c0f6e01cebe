import { Ctx, Query, Resolver } from 'type-graphql';
import { Access } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import { version } from '../../lib/version.js';
import { MINIMUM_ANALYTICS_PLUS_BUILD } from './minimum-build.js';
import { type Product, Server } from './server.js';

@Resolver()
export class ServerResolver {
  @Access()
  @Query(() => Server)
  server(@Ctx() { settings, now }: Context): Server {
    return {
      product: settings.product as Product,
      version,
      now,
      sourceTimeZone: settings.sourceTimeZone.name,
      minimumAnalyticsPlusBuild: MINIMUM_ANALYTICS_PLUS_BUILD,
    };
  }
}
