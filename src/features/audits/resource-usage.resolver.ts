import type { Sql } from 'sql-template-tag';
import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { actorOf, type Context } from '../../graphql/context.js';
import { RowCost } from '../../graphql/limits/row-cost.js';
import { checkRange, DateRange, isRange } from '../../graphql/pages/page-arguments.js';
import { JsonField, type TextsOf } from '../../graphql/rows/json-field.js';
import { loaderOf } from '../../graphql/rows/loaders.js';
import { timeSpent } from '../../graphql/rows-read.js';
import type { Selection } from '../../graphql/selection.js';
import { Resource } from '../resources/resource.js';
import { readWholeAmong } from '../resources/resource.queries.js';
import { readableRange, visibleAudits } from './audit.queries.js';
import { ResourceUsage } from './resource-usage.js';
import { readUsages } from './resource-usage.queries.js';

@Resolver(() => Resource)
export class ResourceUsageResolver {
  @JsonField({ requires: 'id', textsOf: usageTexts })
  @RowCost(10)
  @FieldResolver(() => ResourceUsage, {
    description: 'Counted from those audits of the range that the caller may see; of all time if no range is given.',
  })
  usage(
    @Root() { id }: Resource,
    @Arg('dateRange', () => DateRange, { nullable: true }) range: DateRange | null,
    @Ctx() context: Context,
  ): Promise<ResourceUsage> {
    checkRange(range);
    const readable = readableRange(actorOf(context), range);
    const loader = loaderOf(context, `usage ${readable?.from} ${readable?.to}`, (ids: readonly number[]) =>
      usagesOf(context, readable, ids),
    );
    return loader.load(id);
  }
}

/** Written by the names that the selection asks for; a range that is refused is refused by the resolver. */
function usageTexts(
  context: Context,
  { keys, type }: Selection,
  { dateRange }: { dateRange?: DateRange | null },
): TextsOf | undefined {
  const range = dateRange ?? null;
  if (!isRange(range)) return undefined;
  const readable = readableRange(actorOf(context), range);
  const write = (usage: ResourceUsage) => {
    const members = [...keys].map(([key, name]) => {
      const value = name === '__typename' ? type.name : usage[name as keyof ResourceUsage];
      return `"${key}":${JSON.stringify(value)}`;
    });
    return `{${members.join(',')}}`;
  };
  return async (ids) => (await usagesOf(context, readable, ids as readonly number[])).map(write);
}

/** Counted over the audits that the actor may see: all on a resource that it sees as a whole. */
async function usagesOf(
  context: Context,
  range: DateRange | null | undefined,
  ids: readonly number[],
): Promise<ResourceUsage[]> {
  const { db, settings } = context;
  const actor = actorOf(context);
  const read = (some: readonly number[], visible?: Sql) =>
    readUsages(db, settings.passwordRetrievalOperations, range, some, (took) => timeSpent(context, took), visible);
  if (actor.scope === 'ALL') return read(ids);
  const whole = await readWholeAmong(context, ids);
  const isWhole = new Set(whole);
  const parts = ids.filter((id) => !isWhole.has(id));
  const [ofWhole, ofParts] = [await read(whole), await read(parts, visibleAudits(actor))];
  const usages = new Map([
    ...whole.map((id, n) => [id, ofWhole[n]!] as const),
    ...parts.map((id, n) => [id, ofParts[n]!] as const),
  ]);
  return ids.map((id) => usages.get(id)!);
}
