import {
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  type SelectionNode,
} from 'graphql';

type Scope = Pick<GraphQLResolveInfo, 'fragments' | 'variableValues' | 'schema'>;

/** The fields of one object type that an operation asks for, fragments and @include resolved, aliases put together. */
export class Selection {
  readonly fields = new Map<string, FieldNode[]>();
  /** The fields by the keys that they have in the answer, in its order. */
  readonly keys = new Map<string, string>();
  readonly #spread = new Set<string>();

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

  /** The selection below a field; of no fields where it was not selected. */
  under(field: string): Selection {
    const type = getNamedType(this.type.getFields()[field]!.type);
    const keys = this.keysOf(field);
    const path = this.path && keys.length === 1 ? [...this.path, ...keys] : undefined;
    return new Selection(type as GraphQLObjectType, this.scope, this.fields.get(field) ?? [], path);
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

const selections = new WeakMap<readonly FieldNode[], Selection>();

/** What is selected below the field that is being resolved; worked out once for all objects of a list. */
export function selectionOf(info: GraphQLResolveInfo): Selection {
  let selection = selections.get(info.fieldNodes);
  if (!selection) {
    const path = info.path.prev === undefined ? [String(info.path.key)] : undefined;
    selection = new Selection(getNamedType(info.returnType) as GraphQLObjectType, info, info.fieldNodes, path);
    selections.set(info.fieldNodes, selection);
  }
  return selection;
}

/** Whether @skip and @include let a selection through. */
export function isIncluded(node: SelectionNode, variables: Readonly<Record<string, unknown>>): boolean {
  if (!node.directives || node.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
}
