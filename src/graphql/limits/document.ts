import {
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { LIMITS, overLimit } from './limit.js';

/**
 * What is too much of a document, if anything is. Every fragment is counted wherever it is spread, as it is in the
 * answer, and the count ends with `LIMITS.selections`, so that the work is bounded whatever the document says. A
 * fragment that spreads itself is left to validation.
 */
export function faultOfDocument({ definitions }: DocumentNode): GraphQLError | undefined {
  const fragments = new Map(definitions.filter(isFragment).map((fragment) => [fragment.name.value, fragment]));
  const { size } = fragments;
  if (size > LIMITS.fragments) {
    return overLimit('TOO_MANY_FRAGMENTS', `the document has ${size} fragments: at most ${LIMITS.fragments} are taken`);
  }
  const counts = new Counts(fragments);
  for (const definition of definitions) counts.add(definition);
  return counts.fault();
}

class Counts {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The fragments that the selection which is being counted stands in. */
  readonly #open: string[] = [];
  #selections = 0;
  #aliases = 0;
  #directives = 0;
  #rootFields = 0;
  #mostRootFields = 0;
  /** How deep the root field that is being counted may go. */
  #mostDepth = 0;
  /** The first place that is too deep, and how much deeper it goes somewhere. */
  #tooDeep: { node: FieldNode; path: readonly string[]; most: number; found: number } | undefined;

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#fragments = fragments;
  }

  add(definition: DefinitionNode): void {
    if (!('directives' in definition)) return;
    this.#directives += definition.directives?.length ?? 0;
    if (definition.kind !== Kind.OPERATION_DEFINITION) return;
    for (const { directives } of definition.variableDefinitions ?? []) this.#directives += directives?.length ?? 0;
    this.#rootFields = 0;
    this.#select(definition, [], new Set());
    this.#mostRootFields = Math.max(this.#mostRootFields, this.#rootFields);
  }

  fault(): GraphQLError | undefined {
    const { selections, rootFields, aliases, directives } = LIMITS;
    if (this.#selections > selections) {
      const message = `the document has more than ${selections} fields, counted wherever its fragments are spread`;
      return overLimit('TOO_MANY_FIELDS', message);
    }
    if (this.#tooDeep) {
      const { node, path, most, found } = this.#tooDeep;
      return overLimit('BAD_USER_INPUT', `fields are nested deeper than ${most} at ${path.join('.')}: ${found}`, node);
    }
    if (this.#mostRootFields > rootFields) {
      const message = `the operation has ${this.#mostRootFields} fields at its root: at most ${rootFields} are taken`;
      return overLimit('TOO_MANY_ROOT_FIELDS', message);
    }
    if (this.#aliases > aliases) {
      return overLimit('TOO_MANY_ALIASES', `the document has ${this.#aliases} aliases: at most ${aliases} are taken`);
    }
    if (this.#directives > directives) {
      const message = `the document has ${this.#directives} directives: at most ${directives} are taken`;
      return overLimit('TOO_MANY_DIRECTIVES', message);
    }
    return undefined;
  }

  #select(
    { selectionSet }: Pick<FieldNode | OperationDefinitionNode, 'selectionSet'>,
    path: readonly string[],
    spread: Set<string>,
  ): void {
    for (const selection of selectionSet?.selections ?? []) {
      this.#selections++;
      if (this.#selections > LIMITS.selections) return;
      this.#directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) this.#field(selection, path);
      else this.#fragment(selection, path, spread);
    }
  }

  #field(field: FieldNode, path: readonly string[]): void {
    if (path.length === 0) {
      this.#rootFields++;
      this.#mostDepth = field.name.value.startsWith('__') ? LIMITS.introspectionDepth : LIMITS.depth;
    }
    if (field.alias) this.#aliases++;
    if (!field.selectionSet) return;
    const here = [...path, field.alias?.value ?? field.name.value];
    const found = here.length;
    if (found > this.#mostDepth) {
      this.#tooDeep ??= { node: field, path: here, most: this.#mostDepth, found };
      this.#tooDeep.found = Math.max(this.#tooDeep.found, found);
    }
    this.#select(field, here, new Set());
  }

  #fragment(selection: Exclude<SelectionNode, FieldNode>, path: readonly string[], spread: Set<string>): void {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      this.#select(selection, path, spread);
      return;
    }
    const name = selection.name.value;
    const fragment = this.#fragments.get(name);
    // As in execution: a selection set spreads each fragment once.
    if (!fragment || spread.has(name) || this.#open.includes(name)) return;
    spread.add(name);
    this.#open.push(name);
    this.#select(fragment, path, spread);
    this.#open.pop();
  }
}

function isFragment(definition: DefinitionNode): definition is FragmentDefinitionNode {
  return definition.kind === Kind.FRAGMENT_DEFINITION;
}
