import { Ctx, Query, Resolver } from 'type-graphql';
import { Access } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import { Viewer, viewerOf } from './viewer.js';

@Resolver()
export class ViewerResolver {
  @Access()
  @Query(() => Viewer, { nullable: true, description: 'Null where nobody is signed in.' })
  viewer(@Ctx() { actor }: Context): Viewer | null {
    return actor && viewerOf(actor);
  }
}
