import { Ctx, Query, Resolver } from 'type-graphql';
import { Access } from '../../graphql/access.js';
import type { Actor, Context } from '../../graphql/context.js';
import { Viewer, type ViewerKind } from './viewer.js';

@Resolver()
export class ViewerResolver {
  @Access()
  @Query(() => Viewer, { nullable: true, description: 'Null where nobody is signed in.' })
  viewer(@Ctx() { actor }: Context): Viewer | null {
    return actor && viewerOf(actor);
  }
}

function viewerOf({ kind, userName, fullName, roles, privileges }: Actor): Viewer {
  return { kind: kind as ViewerKind, userName, fullName, roles, privileges: [...privileges].sort() };
}
