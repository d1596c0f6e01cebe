import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import { all, isAlways, isOneOf, isWithin } from '../../graphql/pages/filters.js';
import type { DateRange } from '../../graphql/pages/page-arguments.js';
import { oneForEach } from '../../graphql/rows/loaders.js';
import { chunks } from '../../lib/chunks.js';
import type { ResourceUsage } from './resource-usage.js';
import { resourceUserCounts } from './rollups/count-tables.js';
import { rollupQuery } from './rollups/rollup-query.js';

/** Resources of one statement, which has an arm for each: SQLite joins no more than 500 by UNION. */
const RESOURCES_AT_ONCE = 400;

const BY_RESOURCE = 'audits_resource_id';

/** Eight days, in milliseconds: a week in any zone. A hundred resources' audits of it cost 1 to 2 ms for each thousand, counts 9. */
const SHORT = 8 * 86_400_000;

const unused: ResourceUsage = {
  operationCount: 0,
  failureCount: 0,
  passwordRetrievalCount: 0,
  distinctUserCount: 0,
  lastUsedAt: null,
};

/**
 * The use of each of some resources in a range, in their order: exact, wherever the counts have come to. Where not all audits, as
 * `t`, are `visible`, those that are get counted one by one.
 */
export async function readUsages(
  db: Db,
  retrievals: readonly string[],
  range: DateRange | null | undefined,
  ids: readonly number[],
  tookMilliseconds: (milliseconds: number) => void = () => {},
  visible: Sql = sql`1 = 1`,
): Promise<ResourceUsage[]> {
  const usages: ResourceUsage[] = [];
  for (const part of chunks(ids, RESOURCES_AT_ONCE)) {
    const isCounted = isAlways(visible) && !isShort(range);
    const asked = isCounted
      ? usageStatement(db, retrievals, range, part)
      : auditsStatement(db, retrievals, range, part, visible);
    const { rows, milliseconds } = await db.apart.timed<ResourceUsage & { resourceId: number }>(asked);
    tookMilliseconds(milliseconds);
    for (const usage of oneForEach(part, rows, ({ resourceId }) => resourceId)) usages.push(usage ?? unused);
  }
  return usages;
}

/** Whether a range holds so few audits of a resource that reading them costs less than looking for counts. */
function isShort(range: DateRange | null | undefined): boolean {
  return Boolean(range?.from && range.to) && Date.parse(range!.to!) - Date.parse(range!.from!) <= SHORT;
}

/** Counted from the visible audits of the range alone. */
function auditsStatement(
  db: Db,
  retrievals: readonly string[],
  range: DateRange | null | undefined,
  ids: readonly number[],
  visible: Sql,
): Sql {
  return sql`SELECT t.resource_id AS resourceId, COUNT(*) AS operationCount,
      COUNT(CASE WHEN t.outcome = 'FAILURE' THEN 1 END) AS failureCount,
      COUNT(CASE WHEN ${isOneOf('t.operation', retrievals)} THEN 1 END) AS passwordRetrievalCount,
      COUNT(DISTINCT t.operated_by) AS distinctUserCount, ${raw(db.dialect.timeText('MAX(t.occurred_at)'))} AS lastUsedAt
    FROM audits t ${raw(db.dialect.useIndex(BY_RESOURCE))}
    WHERE ${all(isOneOf('t.resource_id', ids), isWithin(db, 't.occurred_at', range), visible)} GROUP BY t.resource_id`;
}

function usageStatement(
  db: Db,
  retrievals: readonly string[],
  range: DateRange | null | undefined,
  ids: readonly number[],
): Sql {
  const used = rollupQuery(db, {
    range,
    counts: {
      table: resourceUserCounts,
      select: sql`c.resource_id, c.operated_by, SUM(c.audits) AS operations, ${counted('c', retrievals, 'c.audits')}, NULL AS last`,
      where: isOneOf('c.resource_id', ids),
      groupBy: sql`c.resource_id, c.operated_by`,
    },
    audits: {
      index: BY_RESOURCE,
      select: sql`t.resource_id, t.operated_by, COUNT(*) AS operations, ${counted('t', retrievals, '1')}, NULL AS last`,
      where: isOneOf('t.resource_id', ids),
      groupBy: sql`t.resource_id, t.operated_by`,
    },
  });
  return sql`SELECT u.resource_id AS resourceId, CAST(SUM(u.operations) AS SIGNED) AS operationCount,
      CAST(SUM(u.failures) AS SIGNED) AS failureCount, CAST(SUM(u.retrievals) AS SIGNED) AS passwordRetrievalCount,
      COUNT(DISTINCT u.operated_by) AS distinctUserCount, ${raw(db.dialect.timeText('MAX(u.last)'))} AS lastUsedAt
    FROM (${used} UNION ALL ${join(lastUses(db, range, ids), ' UNION ALL ')}) u GROUP BY u.resource_id`;
}

/**
 * The last audit of each resource is the end of a range of an index, of which each arm reads one row. No count could
 * tell it once the last of its audits is removed; nor does an engine find the ends of many ranges by itself.
 */
function lastUses(db: Db, range: DateRange | null | undefined, ids: readonly number[]): Sql[] {
  return ids.map(
    (id, n) =>
      sql`SELECT * FROM (SELECT t.resource_id, NULL AS operated_by, 0 AS operations, 0 AS failures, 0 AS retrievals,
            t.occurred_at AS last FROM audits t ${raw(db.dialect.useIndex(BY_RESOURCE))}
          WHERE ${all(sql`t.resource_id = ${id}`, isWithin(db, 't.occurred_at', range))}
          ORDER BY t.occurred_at DESC LIMIT 1) ${raw(`last${n}`)}`,
  );
}

/** How many of the audits failed, and how many were retrievals. */
function counted(alias: string, retrievals: readonly string[], audits: string): Sql {
  return join([
    sql`SUM(CASE WHEN ${raw(alias)}.outcome = 'FAILURE' THEN ${raw(audits)} ELSE 0 END) AS failures`,
    sql`SUM(CASE WHEN ${isOneOf(`${alias}.operation`, retrievals)} THEN ${raw(audits)} ELSE 0 END) AS retrievals`,
  ]);
}
