import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  valueFromASTUntyped,
} from 'graphql';
import type { Actor } from '../context.js';
import type { GuardedOperation } from '../guard.js';
import { DEFAULT_SIZE, MAX_PAGE } from '../pages/page-size.js';
import { Selection } from '../selection.js';
import { type RateLimitCallback, rateLimitCallback } from './on-rate-limited.js';
import { isList, rowCost } from './row-cost.js';

/** The arguments that say how many rows a page has. */
export const SIZE_ARGUMENTS: ReadonlySet<string> = new Set(['first', 'last', 'filter']);

/** The arguments whose items are records to be written. */
export const RECORDS_ARGUMENTS: ReadonlySet<string> = new Set(['records', 'sourceIds']);

/** What an operation costs, in rows, before anything of it has run. `docs/limits.md` explains it. */
export interface Cost {
  readonly requested: number;
  /** The pages at the root: the rows asked for, and what each costs with all that hangs on it. */
  readonly pages: readonly PageCost[];
  /** What its root fields want done where it is turned away. */
  readonly onRateLimited: readonly RateLimitCallback[];
}

const META_FIELDS: Partial<Record<string, GraphQLField<unknown, unknown>>> = {
  __schema: SchemaMetaFieldDef,
  __type: TypeMetaFieldDef,
};

interface PageCost {
  readonly size: number;
  readonly each: number;
}

/** The variables of the operation are there with their defaults; it may be run by the actor. */
export function costOf(operation: GuardedOperation, actor: Actor | null): Cost {
  const { schema, operation: node } = operation;
  const root = new Selection(schema.getRootType(node.operation)!, operation, [node]);
  const largest = MAX_PAGE[actor?.kind ?? 'SESSION'];
  const pages: PageCost[] = [];
  let requested = 0;
  for (const key of root.keys.keys()) {
    const { cost, page } = costOfField(root, key, largest);
    if (page) pages.push(page);
    // What reads no row is asked for too.
    requested += Math.max(1, cost);
  }
  return { requested, pages, onRateLimited: rateLimitCallbacks(root) };
}

function rateLimitCallbacks({ fields, type }: Selection): RateLimitCallback[] {
  const selected = [...fields.keys()].map((name) => type.getFields()[name]);
  return selected.map((field) => field && rateLimitCallback(field)).filter((callback) => callback !== undefined);
}

/**
 * What an operation has cost once `rows` of its pages were served. Which page had how many is not known: what was not
 * served is taken from the pages whose rows are cheapest.
 */
export function actualCost({ requested, pages }: Cost, rows: number): number {
  let left = pages.reduce((sum, { size }) => sum + size, -rows);
  let actual = requested;
  for (const { size, each } of [...pages].sort((a, b) => a.each - b.each)) {
    const unread = Math.max(0, Math.min(left, size));
    actual -= unread * each;
    left -= unread;
  }
  return Math.max(1, actual);
}

/** What one field costs, under one of its keys; with its page where it is one. */
function costOfField(selection: Selection, key: string, largest: number): { cost: number; page?: PageCost } {
  const field = fieldOf(selection, key);
  if (!field) return { cost: 0 };
  if (!isObjectType(getNamedType(field.type))) return { cost: rowCost(field) };
  const written = recordsOf(field, nodesOf(selection, key)[0]!, selection.scope.variableValues);
  const object = below(selection, key);
  if (written !== undefined) return { cost: written * Math.max(1, listsOf(object).length) };
  if (!isPage(field)) return { cost: rowCost(field) * (1 + costOfFields(object, largest)) };
  const size = sizeOfPage(field, nodesOf(selection, key)[0]!, selection.scope.variableValues, largest);
  const lists = listsOf(object);
  const each = lists.reduce((sum, list) => sum + costOfItem(object, list, largest), 1);
  const beside = costOfFields(object, largest, lists);
  return { cost: size * each + beside, page: { size, each } };
}

/** The lists of an object, under each of their aliases. */
function listsOf(object: Selection): string[] {
  return [...object.keys.keys()].filter((list) => isList(fieldOf(object, list)?.type));
}

/** What hangs on a row of a page: its list has the rows themselves, or items that have one as their `node`. */
function costOfItem(page: Selection, list: string, largest: number): number {
  const item = below(page, list);
  if (!item.type.getFields().node) return costOfFields(item, largest);
  const nodes = item.keysOf('node');
  const rows = nodes.map((node) => costOfFields(below(item, node), largest));
  return rows.reduce((sum, cost) => sum + cost, costOfFields(item, largest, nodes));
}

function costOfFields(selection: Selection, largest: number, without: readonly string[] = []): number {
  let cost = 0;
  for (const key of selection.keys.keys()) {
    if (!without.includes(key)) cost += costOfField(selection, key, largest).cost;
  }
  return cost;
}

/** The rows that a page may have: those that are asked for, or as many as there are ids. */
function sizeOfPage(
  { args }: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
  largest: number,
): number {
  const given = (name: string): unknown => {
    const argument = node.arguments?.find((each) => each.name.value === name);
    const value = argument && valueFromASTUntyped(argument.value, variables);
    return value === undefined ? args.find((each) => each.name === name)?.defaultValue : value;
  };
  const size = Math.max(Number(given('first') ?? -1), Number(given('last') ?? -1));
  const { ids } = (given('filter') ?? {}) as { ids?: unknown };
  const most = Array.isArray(ids) ? Math.min(ids.length, largest) : largest;
  return size < 0 ? Math.min(DEFAULT_SIZE, most) : Math.min(size, most);
}

/** How many records a field is given to write; undefined where it writes none. */
function recordsOf(
  { args }: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): number | undefined {
  if (!args.some(({ name }) => RECORDS_ARGUMENTS.has(name))) return undefined;
  const argument = node.arguments?.find(({ name }) => RECORDS_ARGUMENTS.has(name.value));
  if (argument?.value.kind === Kind.LIST) return argument.value.values.length;
  const value = argument?.value.kind === Kind.VARIABLE ? variables[argument.value.name.value] : undefined;
  return Array.isArray(value) ? value.length : 1;
}

function isPage({ args }: GraphQLField<unknown, unknown>): boolean {
  return args.some(({ name }) => name === 'first');
}

function below(selection: Selection, key: string): Selection {
  const type = getNamedType(fieldOf(selection, key)!.type) as GraphQLObjectType;
  return new Selection(type, selection.scope, nodesOf(selection, key));
}

/** Undefined for `__typename`, which costs nothing. */
function fieldOf({ type, keys }: Selection, key: string): GraphQLField<unknown, unknown> | undefined {
  const name = keys.get(key)!;
  return META_FIELDS[name] ?? type.getFields()[name];
}

function nodesOf({ fields, keys }: Selection, key: string): FieldNode[] {
  return fields.get(keys.get(key)!)!.filter(({ alias, name }) => (alias ?? name).value === key);
}
