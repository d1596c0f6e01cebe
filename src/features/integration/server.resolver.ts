import { Ctx, FieldResolver, Query, Resolver } from 'type-graphql';
import { Access } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import { DateTime } from '../../graphql/date-time.js';
import { version } from '../../lib/version.js';
import { keptSince } from '../audits/retention/retention-tables.js';
import { MINIMUM_ANALYTICS_PLUS_BUILD } from './minimum-build.js';
import { type Product, Server } from './server.js';

@Resolver(() => Server)
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

  @FieldResolver(() => DateTime, {
    nullable: true,
    description:
      'Audits that occurred before it are not kept: they are removed, and refused where they come in. Null where all are kept.',
  })
  auditsKeptSince(@Ctx() { db }: Context): Promise<string | null> {
    return keptSince(db);
  }
}
