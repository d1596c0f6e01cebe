import { Arg, Ctx, Field, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { Access, Privilege } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import { UserError, withUserErrors } from '../../graphql/user-errors.js';
import { operatorOf } from '../audits/activity-log.js';
import { SourceLink } from '../users/source-link.js';
import { linkSources, readSourceLinks, unlinkSources } from './source-link.service.js';

@ObjectType({ simpleResolvers: true })
export class LinkSourcesPayload {
  @Field(() => SourceLink, { nullable: true }) link!: SourceLink | null;
  @Field(() => [UserError]) userErrors!: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class UnlinkSourcesPayload {
  @Field(() => Boolean) unlinked!: boolean;
  @Field(() => [UserError]) userErrors!: UserError[];
}

@Resolver()
export class SourceLinkResolver {
  @Access(Privilege.MANAGE_USERS)
  @Query(() => [SourceLink], { description: 'The sources that name the same people.' })
  sourceLinks(@Ctx() { db }: Context): Promise<SourceLink[]> {
    return readSourceLinks(db);
  }

  @Access(Privilege.MANAGE_USERS)
  @Mutation(() => LinkSourcesPayload, {
    description:
      'Declares that two sources name the same people, for records that are stored and those to come. A user account of its own source has a name first. `gateway` is the source of user accounts made by the command line.',
  })
  linkSources(
    @Arg('source', () => String) source: string,
    @Arg('otherSource', () => String) otherSource: string,
    @Ctx() context: Context,
  ): Promise<LinkSourcesPayload> {
    return withUserErrors({ link: null }, async () => ({
      link: await linkSources(context.db, operatorOf(context), source, otherSource),
    }));
  }

  @Access(Privilege.MANAGE_USERS)
  @Mutation(() => UnlinkSourcesPayload, {
    description: 'Takes a link of two sources back. `unlinked` is false if there was none.',
  })
  unlinkSources(
    @Arg('source', () => String) source: string,
    @Arg('otherSource', () => String) otherSource: string,
    @Ctx() context: Context,
  ): Promise<UnlinkSourcesPayload> {
    return withUserErrors({ unlinked: false }, async () => ({
      unlinked: await unlinkSources(context.db, operatorOf(context), source, otherSource),
    }));
  }
}
