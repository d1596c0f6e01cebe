import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { actorOf, type Context } from '../../graphql/context.js';
import { RowsBehind } from '../../graphql/limits/rows-behind.js';
import { checkRange, DateRange, isRange } from '../../graphql/pages/page-arguments.js';
import { loaderOf } from '../../graphql/rows/loaders.js';
import { type TextsOf, Written } from '../../graphql/rows/written-field.js';
import type { Selection } from '../../graphql/selection.js';
import { timeSpent } from '../../graphql/served.js';
import { Resource } from '../resources/resource.js';
import { servedRange } from './audit.queries.js';
import { ResourceUsage } from './resource-usage.js';
import { readUsages } from './resource-usage.queries.js';

@Resolver(() => Resource)
export class ResourceUsageResolver {
  @Written({ needs: 'id', textsOf: usageTexts })
  @RowsBehind(10)
  @FieldResolver(() => ResourceUsage, {
    description: 'Counted from audits of the range; all time where no range is given.',
  })
  usage(
    @Root() { id }: Resource,
    @Arg('dateRange', () => DateRange, { nullable: true }) range: DateRange | null,
    @Ctx() context: Context,
  ): Promise<ResourceUsage> {
    checkRange(range);
    const served = servedRange(actorOf(context), range);
    const loader = loaderOf(context, `usage ${served?.from} ${served?.to}`, (ids: readonly number[]) =>
      usagesOf(context, served, ids),
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
  const served = servedRange(actorOf(context), range);
  const write = (usage: ResourceUsage) => {
    const members = [...keys].map(([key, name]) => {
      const value = name === '__typename' ? type.name : usage[name as keyof ResourceUsage];
      return `"${key}":${JSON.stringify(value)}`;
    });
    return `{${members.join(',')}}`;
  };
  return async (ids) => (await usagesOf(context, served, ids as readonly number[])).map(write);
}

/** Who may see a resource may see every audit on it. */
function usagesOf(
  context: Context,
  range: DateRange | null | undefined,
  ids: readonly number[],
): Promise<ResourceUsage[]> {
  const { db, settings } = context;
  return readUsages(db, settings.passwordRetrievalOperations, range, ids, (took) => timeSpent(context, took));
}
