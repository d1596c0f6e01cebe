import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import { type Branch, fromBranch, type JoinPath } from '../../database/keyset-page.js';
import { type Actor, actorOf, type Context } from '../../graphql/context.js';
import { all, isOneOf } from '../../graphql/pages/filters.js';
import { type Audited, readAudited } from '../resources/resource.queries.js';
import { readNamesOf } from '../users/user-names.service.js';
import type { AuditFilter } from './audit.inputs.js';
import { AuditCategory, AuditOutcome } from './audit.js';
import { Named, resourcesNamed, unlinkedAmong } from './audit.name-index.js';
import { type Condition, conditionsOf, visibleAudits } from './audit.queries.js';

/** Where pages of audits are read from, and what must hold of their rows besides. */
export interface AuditQueryPlan {
  readonly branches: readonly Branch[];
  readonly where: Sql;
  /** The same rows in ranges that are read faster to their end, where a page is read from others. */
  readonly counted?: Pick<AuditQueryPlan, 'branches' | 'where'>;
}

/** One page reads at most this many times its length. SQLite joins no more than 500 by UNION. */
const MAX_BRANCHES = 400;

/** Resources and accounts that a statement names; who sees more is looked up for each row. */
const MAX_AUDITED = 10_000;

const BY_OPERATOR = 'audits_operator';

/** Rows that are counted to tell few from many. */
const COUNTED = 300;

/** Columns that share an index. */
const kinds: ReadonlySet<string> = new Set(['category', 'outcome']);

/** Parameters of one statement, of the 32,766 that SQLite takes. */
const MAX_PARAMETERS = 30_000;

/**
 * The index ranges to read a page from, so that it costs what a page costs and never a scan: one for each value of a
 * column, since within one value an index is in the order of time. The column is the one that keeps the fewest rows:
 * what a filter names, then what a filter names of columns with few values. For an actor that does not see everything the
 * ranges are those of what it may see.
 */
export async function planAuditQuery(
  context: Context,
  filter: AuditFilter | null | undefined,
): Promise<AuditQueryPlan> {
  const actor = actorOf(context);
  const conditions = conditionsOf(filter);
  if (actor.scope !== 'ALL') return planVisible(context, actor, conditions);
  const without = (left?: Condition) => matching(conditions.filter(({ column }) => column !== left?.column));
  const best = await mostSelective(
    context.db,
    conditions.filter(({ column }) => !kinds.has(column)),
  );
  if (best) {
    const where = without(best);
    return { branches: isFeasible(best.branches, where) ? best.branches : best.ranges, where };
  }
  const ofKinds = conditions.length > 0 ? branchesOfKinds(filter!) : [];
  return { branches: isFeasible(ofKinds, without()) ? ofKinds : inTime, where: without() };
}

const inTime: readonly Branch[] = [{ index: 'audits_occurred_at', where: sql`1 = 1` }];

/**
 * The ranges of what an actor may see, whatever the filter asks for: to look for what a filter names, or to count it, takes
 * longer the more there is of it, and would tell of rows that the actor may not see.
 */
async function planVisible(context: Context, actor: Actor, conditions: readonly Condition[]): Promise<AuditQueryPlan> {
  const audited = await readAudited(context, MAX_AUDITED);
  const names = await readNamesOf(context.db, actor.userId, MAX_BRANCHES);
  const filtered = matching(conditions);
  if (!audited || !names) return { branches: inTime, where: all(visibleAudits(actor), filtered) };
  const asked = conditions.find(({ column }) => column === 'resource_id')?.values;
  const visible = asked ? auditedAmong(audited, new Set(asked)) : audited;
  const branches = branchesOfVisible(names, visible);
  if (isFeasible(branches, filtered)) return { branches, where: filtered };
  // Who sees that many resources finds a page soon in the order of time, but must not be counted by walking all of it.
  const counted = { branches: sumsOfVisible(names, visible), where: filtered };
  return { branches: inTime, where: all(visibleAudits(actor, audited), filtered), counted };
}

function matching(conditions: readonly Condition[]): Sql {
  return all(sql`1 = 1`, ...conditions.map(({ where }) => where));
}

/** Where the rows of a condition are. */
interface AccessPaths {
  /** Ranges in the order of time: one for each value, or a few. */
  readonly branches: readonly Branch[];
  /** Fewer ranges, in no order. */
  readonly ranges: readonly Branch[];
}

type AccessPlan = Condition & AccessPaths;

/**
 * Of conditions that each have an index, the one that keeps the fewest rows. Where there are several they are counted,
 * but no further than tells few from many: a popular value beside one that nobody has would be read to its end.
 */
async function mostSelective(db: Db, conditions: readonly Condition[]): Promise<AccessPlan | undefined> {
  const plans = await Promise.all(conditions.map((condition) => planOf(db, condition)));
  if (plans.length < 2) return plans[0];
  const counts = plans.flatMap(({ ranges }, n) =>
    ranges.map(
      (range, m) =>
        sql`SELECT ${n} AS n, COUNT(*) AS records FROM (SELECT 1 FROM ${fromBranch(db, 'audits', range)}
          WHERE ${range.where} LIMIT ${COUNTED}) ${raw(`c${n}_${m}`)}`,
    ),
  );
  const rows = await db.apart.query<{ n: number; records: number }>(join(counts, ' UNION ALL '));
  const counted = plans.map((plan, n) => {
    const records = rows.filter((row) => row.n === n).reduce((sum, row) => sum + row.records, 0);
    return { plan, records };
  });
  return counted.reduce((best, other) => (other.records < best.records ? other : best)).plan;
}

async function planOf(db: Db, condition: Condition): Promise<AccessPlan> {
  const { column, where } = condition;
  const values = [...new Set(condition.values)];
  if (column === 'operated_by') return { ...condition, ...(await byOperator(db, values)) };
  if (column === 'user_name') return { ...condition, ...byName(Named.USER_ACCOUNT, values) };
  if (column === 'resource_name') return { ...condition, ...(await byResourceName(db, values)) };
  const index = `audits_${column}`;
  const branches = values.map((value) => ({ index, where: isOneOf(`t.${column}`, [value]) }));
  return { ...condition, branches, ranges: [{ index, where }] };
}

const byAuditName: JoinPath = { table: raw('audit_names'), on: 't.id = v.id', hasOrder: true };

const byNameOfResource: JoinPath = {
  table: raw('audit_resource_names'),
  on: 't.resource_id = v.resource_id AND t.resource_name = v.name',
  hasOrder: false,
};

function byName(kind: Named, names: readonly (string | number)[]): AccessPaths {
  const named = (some: readonly (string | number)[]) => ({
    joinPath: byAuditName,
    index: 'audit_names_name',
    where: sql`v.kind = ${kind} AND ${isOneOf('v.name', some)}`,
  });
  return { branches: names.map((name) => named([name])), ranges: [named(names)] };
}

/** The audits of each operator that is called by one of some names. */
async function byOperator(db: Db, names: readonly (string | number)[]): Promise<AccessPaths> {
  const called = sql`SELECT id FROM user_names WHERE ${isOneOf('name', names)}`;
  const rows = await db.query<{ id: number }>(sql`${called} LIMIT ${MAX_BRANCHES + 1}`);
  const range = (where: Sql) => ({ index: BY_OPERATOR, where });
  if (rows.length > MAX_BRANCHES) return { branches: [], ranges: [range(sql`t.operator_name_id IN (${called})`)] };
  const ids = rows.map(({ id }) => id);
  return {
    branches: ids.map((id) => range(sql`t.operator_name_id = ${id}`)),
    ranges: [range(isOneOf('t.operator_name_id', ids))],
  };
}

/** The audits of a name that are not linked, and those of each resource that was called by it. */
async function byResourceName(db: Db, names: readonly (string | number)[]): Promise<AccessPaths> {
  const index = 'audits_resource_id';
  const linked = (await resourcesNamed(db, names, MAX_BRANCHES + 1)).map(({ name, resourceId }) => ({
    index,
    where: sql`t.resource_id = ${resourceId} AND t.resource_name = ${name}`,
  }));
  const mayFit = linked.length <= MAX_BRANCHES && names.length + linked.length > MAX_BRANCHES;
  const unlinked = byName(Named.RESOURCE, mayFit ? await unlinkedAmong(db, names) : names);
  const ofLinked = { joinPath: byNameOfResource, index, where: isOneOf('v.name', names) };
  return { branches: [...unlinked.branches, ...linked], ranges: [...unlinked.ranges, ofLinked] };
}

function auditedAmong({ resourceIds, accountIds }: Audited, asked: ReadonlySet<string | number>): Audited {
  return {
    resourceIds: resourceIds.filter((id) => asked.has(id)),
    accountIds: new Map([...accountIds].filter(([id]) => asked.has(id))),
  };
}

/** The audits of an actor's own names, and those by others of each resource. */
function branchesOfVisible(names: readonly number[], { resourceIds, accountIds }: Audited): Branch[] {
  const on = (id: number) => ({
    index: 'audits_resource_id',
    where: sql`t.resource_id = ${id} AND ${isByOthers(names)}`,
  });
  return [
    ...names.map((id) => ({ index: BY_OPERATOR, where: sql`t.operator_name_id = ${id}` })),
    ...resourceIds.map(on),
    ...[...accountIds].map(([id, accounts]) => ({ ...on(id), residual: isOneOf('t.account_id', accounts) })),
  ];
}

/** As `branchesOfVisible`, in ranges that are not in the order of time. */
function sumsOfVisible(names: readonly number[], { resourceIds, accountIds }: Audited): Branch[] {
  const on = (ids: readonly number[]) => ({
    index: 'audits_resource_id',
    where: sql`${isOneOf('t.resource_id', ids)} AND ${isByOthers(names)}`,
  });
  return [
    { index: BY_OPERATOR, where: isOneOf('t.operator_name_id', names) },
    on(resourceIds),
    { ...on([...accountIds.keys()]), residual: isOneOf('t.account_id', [...accountIds.values()].flat()) },
  ];
}

function isByOthers(names: readonly number[]): Sql {
  if (names.length === 0) return sql`1 = 1`;
  return sql`(t.operator_name_id IS NULL OR t.operator_name_id NOT IN (${join([...names])}))`;
}

/** Categories and outcomes are few: together they are one index, with an arm for each pair. */
function branchesOfKinds({ categories, outcomes }: AuditFilter): Branch[] {
  const pairs = [...new Set(categories ?? Object.values(AuditCategory))].flatMap((category) =>
    [...new Set(outcomes ?? Object.values(AuditOutcome))].map((outcome) => ({ category, outcome })),
  );
  if (pairs.length === 0) return [{ index: 'audits_category', where: sql`1 = 0` }];
  return pairs.map(({ category, outcome }) => ({
    index: 'audits_category',
    where: sql`t.category = ${category} AND t.outcome = ${outcome}`,
  }));
}

function isFeasible(branches: readonly Branch[], where: Sql): boolean {
  const parameters = branches.reduce(
    (sum, branch) => sum + branch.where.values.length + (branch.residual?.values.length ?? 0) + where.values.length,
    0,
  );
  return branches.length > 0 && branches.length <= MAX_BRANCHES && parameters <= MAX_PARAMETERS;
}
