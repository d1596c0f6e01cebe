import sql, { join, raw } from 'sql-template-tag';
import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { actorOf, type Context } from '../../graphql/context.js';
import { all, isOneOf, isWithin } from '../../graphql/filters.js';
import { RowsBehind } from '../../graphql/limits/rows-behind.js';
import { loaderOf, oneForEach } from '../../graphql/loaders.js';
import { checkRange, DateRange, isRange } from '../../graphql/page-arguments.js';
import type { Selection } from '../../graphql/selection.js';
import { type TextsOf, Written } from '../../graphql/written-field.js';
import { Resource } from '../resources/resource.js';
import { servedRange } from './audit.queries.js';
import { ResourceUsage } from './resource-usage.js';

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
      readUsages(context, served, ids),
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
  return async (ids) => (await readUsages(context, served, ids as readonly number[])).map(write);
}

const unused: ResourceUsage = {
  operationCount: 0,
  failureCount: 0,
  passwordRetrievalCount: 0,
  distinctUserCount: 0,
  lastUsedAt: null,
};

/** The use of each of some resources in a range. Who may see a resource may see every audit on it. */
async function readUsages(
  { db, settings }: Context,
  range: DateRange | null | undefined,
  ids: readonly number[],
): Promise<ResourceUsage[]> {
  const rows = await db.query<ResourceUsage & { resourceId: number }>(
    sql`SELECT t.resource_id AS resourceId, COUNT(*) AS operationCount,
          COUNT(CASE WHEN t.outcome = 'FAILURE' THEN 1 END) AS failureCount,
          COUNT(CASE WHEN ${isOneOf('t.operation', settings.passwordRetrievalOperations)} THEN 1 END)
            AS passwordRetrievalCount,
          COUNT(DISTINCT t.operated_by) AS distinctUserCount,
          ${raw(db.dialect.timeText('MAX(t.occurred_at)'))} AS lastUsedAt
        FROM audits t ${raw(db.dialect.useIndex('audits_resource_id'))}
        WHERE ${all(sql`t.resource_id IN (${join([...ids])})`, isWithin(db, 't.occurred_at', range))}
        GROUP BY t.resource_id`,
  );
  return oneForEach(ids, rows, ({ resourceId }) => resourceId).map((usage) => usage ?? unused);
}
