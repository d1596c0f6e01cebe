import { Ctx, Query, Resolver } from 'type-graphql';
import { Access, Privilege } from '../../graphql/access.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { AppError } from '../../lib/app-error.js';
import { Source } from './source.js';
import { readSources } from './source.queries.js';

@Resolver(() => Source)
export class SourceResolver {
  @Access(Privilege.INGEST)
  @Query(() => [Source], {
    description: 'Where records come from, and how it went. An ingest token only pushes, and is refused.',
  })
  async sources(@Ctx() context: Context): Promise<Source[]> {
    if (actorOf(context).kind === 'INGEST') {
      throw new AppError('FORBIDDEN', 'an ingest token (pai_) only pushes records: sign in to see the sources');
    }
    return readSources(context.db, context.settings.pam, context.now);
  }
}
