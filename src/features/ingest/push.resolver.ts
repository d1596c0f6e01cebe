import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Mutation, Resolver, Root } from 'type-graphql';
import { Module } from '../../database/module.js';
import { Access, Privilege } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import { RowCost } from '../../graphql/limits/row-cost.js';
import { writtenRecords } from '../../graphql/read-records.js';
import { releasedInSlices } from '../../lib/event-loop.js';
import { PushOutcome, PushPayload, PushResult } from './push.payload.js';
import { pushDeletions, pushRecords } from './push.service.js';
import { PushedAudit } from './pushed-audit.js';
import { PushedResource } from './pushed-resource.js';
import { PushedUserAccount } from './pushed-user-account.js';

const SOURCE =
  'Where the records come from: with their sourceId it is what they are known by. A token that is bound to a source needs none.';

@Resolver(() => PushPayload)
export class PushResolver {
  @RowCost(0)
  @FieldResolver(() => [PushResult], {
    description: 'One for each record, in their order, or only those of some outcomes.',
  })
  results(
    @Root() { all }: PushPayload,
    @Arg('outcomes', () => [PushOutcome], { nullable: true }) outcomes: PushOutcome[] | null,
  ): readonly (PushResult | Promise<PushResult>)[] {
    return releasedInSlices(outcomes ? all.filter(({ outcome }) => outcomes.includes(outcome)) : all);
  }

  @Access(Privilege.INGEST)
  @Mutation(() => PushPayload, {
    description:
      'Stores audits that the source did not send before, at most 5,000. An audit never changes: its first version stays, and another one under its id is a CONFLICT.',
  })
  recordAudits(
    @Arg('source', () => String, { nullable: true, description: SOURCE }) source: string | null,
    @Arg('records', () => [PushedAudit]) records: PushedAudit[],
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PushPayload> {
    return pushRecords(context, Module.AUDITS, source ?? null, writtenRecords(context, info, 'records', records));
  }

  @Access(Privilege.INGEST)
  @Mutation(() => PushPayload, {
    description:
      'Stores resources, new or changed, at most 5,000, each as a whole: what is left out is not known, but for accounts and customFields, which stay as they were.',
  })
  upsertResources(
    @Arg('source', () => String, { nullable: true, description: SOURCE }) source: string | null,
    @Arg('records', () => [PushedResource]) records: PushedResource[],
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PushPayload> {
    return pushRecords(context, Module.RESOURCES, source ?? null, writtenRecords(context, info, 'records', records));
  }

  @Access(Privilege.INGEST)
  @Mutation(() => PushPayload, {
    description:
      'Stores user accounts, new or changed, at most 5,000, each as a whole: what is left out is not known, but for roles and grants, which stay as they were. The roles given in this gateway are not touched.',
  })
  upsertUserAccounts(
    @Arg('source', () => String, { nullable: true, description: SOURCE }) source: string | null,
    @Arg('records', () => [PushedUserAccount]) records: PushedUserAccount[],
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PushPayload> {
    return pushRecords(
      context,
      Module.USER_ACCOUNTS,
      source ?? null,
      writtenRecords(context, info, 'records', records),
    );
  }

  @Access(Privilege.INGEST)
  @Mutation(() => PushPayload, { description: 'Deletes resources by the ids of their source, at most 5,000.' })
  deleteResources(
    @Arg('source', () => String, { nullable: true, description: SOURCE }) source: string | null,
    @Arg('sourceIds', () => [ID]) sourceIds: string[],
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PushPayload> {
    const ids = writtenRecords(context, info, 'sourceIds', sourceIds);
    return pushDeletions(context, Module.RESOURCES, source ?? null, ids);
  }

  @Access(Privilege.INGEST)
  @Mutation(() => PushPayload, { description: 'Deletes user accounts by the ids of their source, at most 5,000.' })
  deleteUserAccounts(
    @Arg('source', () => String, { nullable: true, description: SOURCE }) source: string | null,
    @Arg('sourceIds', () => [ID]) sourceIds: string[],
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PushPayload> {
    const ids = writtenRecords(context, info, 'sourceIds', sourceIds);
    return pushDeletions(context, Module.USER_ACCOUNTS, source ?? null, ids);
  }
}
