import {
  type DirectiveNode,
  type FieldNode,
  GraphQLError,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';

type Scope = Pick<GraphQLResolveInfo, 'fragments' | 'variableValues' | 'schema'>;

/** The fields of one object type that an operation asks for, fragments and @include resolved, aliases put together. */
export class Selection {
  readonly fields = new Map<string, FieldNode[]>();
  /** The fields by the keys that they have in the answer, in its order. */
  readonly keys = new Map<string, string>();
  readonly #spread = new Set<string>();
  readonly #under = new Map<string, Selection>();

  constructor(
    readonly type: GraphQLObjectType,
    readonly scope: Scope,
    parents: readonly Pick<FieldNode, 'selectionSet'>[],
    /** Where the answer has it, as keys; undefined where that is more than one place. */
    readonly path?: readonly string[],
  ) {
    for (const { selectionSet } of parents) this.#collect(selectionSet?.selections ?? []);
  }

  has(field: string): boolean {
    return this.fields.has(field);
  }

  /** The selection below a field, the same each time; of no fields where it was not selected. */
  under(field: string): Selection {
    let selection = this.#under.get(field);
    if (!selection) {
      const type = getNamedType(this.type.getFields()[field]!.type);
      const keys = this.keysOf(field);
      const path = this.path && keys.length === 1 ? [...this.path, ...keys] : undefined;
      selection = new Selection(type as GraphQLObjectType, this.scope, this.fields.get(field) ?? [], path);
      this.#under.set(field, selection);
    }
    return selection;
  }

  /** The keys that a field has in the answer. */
  keysOf(field: string): string[] {
    return [...this.keys].filter(([, name]) => name === field).map(([key]) => key);
  }

  #collect(selections: readonly SelectionNode[]): void {
    for (const node of selections) {
      if (!isIncluded(node, this.scope.variableValues)) continue;
      if (node.kind === 'Field') {
        this.keys.set(node.alias?.value ?? node.name.value, node.name.value);
        const nodes = this.fields.get(node.name.value);
        if (nodes) nodes.push(node);
        else this.fields.set(node.name.value, [node]);
        continue;
      }
      // A fragment that spreads another twice would be walked twice as often at each level.
      if (node.kind === 'FragmentSpread') {
        if (this.#spread.has(node.name.value)) continue;
        this.#spread.add(node.name.value);
      }
      const fragment = node.kind === 'FragmentSpread' ? this.scope.fragments[node.name.value]! : node;
      const on = fragment.typeCondition?.name.value ?? this.type.name;
      if (on === this.type.name) this.#collect(fragment.selectionSet.selections);
    }
  }
}

/** Of one execution. */
const selections = new WeakMap<readonly FieldNode[], Selection>();

/** Of all executions of a document that is kept, by what its @include and @skip let through. */
const selectionCache = new WeakMap<FieldNode, LRUCache<string, Selection>>();

/** How many a field has at once. */
const MAX_CACHED = 8;

/**
 * What is selected below the field that is being resolved; worked out once for all objects of a list, and kept as long as
 * the document is. It is the same for every actor, and holds no other variables than those of @include and @skip.
 */
export function selectionOf(info: GraphQLResolveInfo): Selection {
  let selection = selections.get(info.fieldNodes);
  if (!selection) {
    selection = info.fieldNodes.length === 1 ? cachedSelection(info) : newSelection(info, info.variableValues);
    selections.set(info.fieldNodes, selection);
  }
  return selection;
}

function cachedSelection(info: GraphQLResolveInfo): Selection {
  const [node] = info.fieldNodes;
  const conditions = conditionsOf(info).map((name) => [name, info.variableValues[name]]);
  const key = JSON.stringify([isAtRoot(info), conditions]);
  let cached = selectionCache.get(node!);
  let selection = cached?.get(key);
  // A document may be run by another schema.
  if (selection?.type !== getNamedType(info.returnType)) {
    selection = newSelection(info, Object.fromEntries(conditions));
    cached ??= new LRUCache({ max: MAX_CACHED });
    cached.set(key, selection);
    selectionCache.set(node!, cached);
  }
  return selection;
}

function newSelection(info: GraphQLResolveInfo, variableValues: Scope['variableValues']): Selection {
  const { schema, fragments, fieldNodes, returnType } = info;
  const path = isAtRoot(info) ? [String(info.path.key)] : undefined;
  const scope = { schema, fragments, variableValues };
  return new Selection(getNamedType(returnType) as GraphQLObjectType, scope, fieldNodes, path);
}

function isAtRoot({ path }: GraphQLResolveInfo): boolean {
  return path.prev === undefined;
}

const conditions = new WeakMap<OperationDefinitionNode, readonly string[]>();

/** The variables of an operation and its fragments by which @include and @skip let selections through. */
function conditionsOf({ operation, fragments }: GraphQLResolveInfo): readonly string[] {
  let names = conditions.get(operation);
  if (!names) {
    const found = new Set<string>();
    const addConditions = {
      Directive: ({ arguments: given = [] }: DirectiveNode) => {
        for (const { value } of given) if (value.kind === Kind.VARIABLE) found.add(value.name.value);
      },
    };
    for (const definition of [operation, ...Object.values(fragments)]) visit(definition, addConditions);
    names = [...found];
    conditions.set(operation, names);
  }
  return names;
}

/**
 * Whether @skip and @include let a selection through.
 * @throws GraphQLError BAD_USER_INPUT where a variable with a default was given as null
 */
export function isIncluded(node: SelectionNode, variables: Readonly<Record<string, unknown>>): boolean {
  if (!node.directives || node.directives.length === 0) return true;
  try {
    if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
  } catch (error) {
    const extensions = { code: 'BAD_USER_INPUT', http: { status: 400 } };
    throw new GraphQLError((error as Error).message, { nodes: node, extensions });
  }
}
