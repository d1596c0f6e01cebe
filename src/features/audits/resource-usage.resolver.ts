import type DataLoader from 'dataloader';
import sql, { join, raw } from 'sql-template-tag';
import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { actorOf, type Context } from '../../graphql/context.js';
import { all, isOneOf, isWithin } from '../../graphql/filters.js';
import { RowsBehind } from '../../graphql/limits/rows-behind.js';
import { loaderOf, oneForEach } from '../../graphql/loaders.js';
import { Needs } from '../../graphql/needs.js';
import { checkRange, DateRange } from '../../graphql/page-arguments.js';
import { Resource } from '../resources/resource.js';
import { servedRange } from './audit.queries.js';
import { ResourceUsage } from './resource-usage.js';

@Resolver(() => Resource)
export class ResourceUsageResolver {
  @Needs('id')
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
    return usageOf(context, servedRange(actorOf(context), range)).load(id);
  }
}

const unused: ResourceUsage = {
  operationCount: 0,
  failureCount: 0,
  passwordRetrievalCount: 0,
  distinctUserCount: 0,
  lastUsedAt: null,
};

/** The use of resources in a range, by resource id. Who may see a resource may see every audit on it. */
function usageOf(context: Context, range: DateRange | null | undefined): DataLoader<number, ResourceUsage> {
  const { db, settings } = context;
  return loaderOf(context, `usageOf ${range?.from} ${range?.to}`, async (ids) => {
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
  });
}
