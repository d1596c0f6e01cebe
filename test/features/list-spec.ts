import type fc from 'fast-check';
import type { Database } from '../../src/database/db.js';
import type { Actor } from '../../src/graphql/context.js';
import { anActor, type Gateway } from '../helpers/gateway.js';

/** A row as a list returns it. */
export type Row = Record<string, unknown> & { readonly id: string };

/** One of the three connections, in words that its laws can be said with. */
export interface ListSpec {
  readonly root: 'audits' | 'resources' | 'userAccounts';
  /** The name that its input types begin with. */
  readonly type: 'Audit' | 'Resource' | 'UserAccount';
  /** The fields that are selected: all that is filtered or ordered by. */
  readonly fields: string;
  /** The field that each filter looks at. */
  readonly filters: Readonly<Record<string, string>>;
  /** The fields that `search` looks at; none where there is no search. */
  readonly searched: readonly string[];
  readonly dates: Readonly<Record<string, string>>;
  readonly orders: Readonly<Record<string, string>>;
  /** Whether `dateField` and `orderBy.field` are arguments. */
  readonly hasFieldArguments: boolean;
  readonly records: fc.Arbitrary<object[]>;
  store(db: Database, records: readonly object[]): Promise<void>;
  /** Every row, read by the feed. */
  everyRow(gateway: Gateway): Promise<Row[]>;
}

export interface ListQuery {
  readonly filter?: Readonly<Record<string, readonly unknown[] | string | null>>;
  readonly dateField?: string;
  readonly range?: { readonly from?: string; readonly to?: string };
  readonly order: string;
  readonly direction: 'ASC' | 'DESC';
}

export interface PageArguments {
  readonly first?: number;
  readonly after?: string | null;
  readonly last?: number;
  readonly before?: string | null;
}

export interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: Row }[];
  readonly nodes: readonly Row[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

/** Reads a page of a list. */
export async function readPage(
  gateway: Gateway,
  spec: ListSpec,
  { filter, range, order, direction, dateField }: ListQuery,
  page: PageArguments,
  actor: Actor = anActor(),
): Promise<Page> {
  const { root, type, fields, hasFieldArguments } = spec;
  const query = `query ($filter: ${type}Filter, $range: DateRange, $orderBy: ${type}Order, $first: Int, $after: String,
      $last: Int, $before: String${hasFieldArguments ? `, $dateField: ${type}DateField! = MODIFIED_AT` : ''}) {
    ${root}(filter: $filter, dateRange: $range, orderBy: $orderBy, first: $first, after: $after, last: $last,
      before: $before${hasFieldArguments ? ', dateField: $dateField' : ''}) {
      edges { cursor node { ${fields} } } nodes { ${fields} } totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`;
  const orderBy = hasFieldArguments ? { field: order, direction } : { direction };
  const variables = { filter, range, orderBy, ...page, ...(hasFieldArguments && dateField && { dateField }) };
  return (await gateway.read<Record<string, Page>>(actor, query, variables))[root]!;
}

/** Every row of a list, read forward by pages of a size. */
export async function walkForward(
  gateway: Gateway,
  spec: ListSpec,
  query: ListQuery,
  size: number,
  actor?: Actor,
): Promise<Row[]> {
  const rows: Row[] = [];
  let after: string | null = null;
  for (;;) {
    const page: Page = await readPage(gateway, spec, query, { first: size, after }, actor);
    rows.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return rows;
    after = page.pageInfo.endCursor;
  }
}

/** Every row of a list, in the list's order, read backward by pages of a size. */
export async function walkBackward(
  gateway: Gateway,
  spec: ListSpec,
  query: ListQuery,
  size: number,
  actor?: Actor,
): Promise<Row[]> {
  const rows: Row[] = [];
  let before: string | null = null;
  for (;;) {
    const page: Page = await readPage(gateway, spec, query, { last: size, before }, actor);
    rows.unshift(...page.nodes);
    if (!page.pageInfo.hasPreviousPage) return rows;
    before = page.pageInfo.startCursor;
  }
}
