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
export function documentError(
  { definitions }: DocumentNode,
  limits: DocumentLimits = LIMITS,
): GraphQLError | undefined {
  const all = definitions.filter(isFragment);
  const { length } = all;
  if (length > limits.fragments) {
    return overLimit(
      'TOO_MANY_FRAGMENTS',
      `the document has ${length} fragments: at most ${limits.fragments} are taken`,
    );
  }
  const operations = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length;
  if (operations > limits.operations) {
    const message = `the document has ${operations} operations: at most ${limits.operations} are taken`;
    return overLimit('TOO_MANY_OPERATIONS', message);
  }
  const counts = new Counts(new Map(all.map((fragment) => [fragment.name.value, fragment])), limits);
  for (const definition of definitions) counts.add(definition);
  // Validation looks at fragments that are spread nowhere, too.
  for (const fragment of all) counts.addUnspread(fragment);
  return counts.error();
}

/** What a document may have at most; who is not signed in may send less. */
type DocumentLimits = { readonly [Name in keyof typeof LIMITS]: number };

/** The fields of one name in one place of the answer. */
class Place {
  /** What it costs to compare these with one more. */
  weight = 0;
  count = 0;
  readonly below = new Map<string, Place>();

  /** The place of a field below this one. */
  at(name: string): Place {
    let place = this.below.get(name);
    if (!place) {
      place = new Place();
      this.below.set(name, place);
    }
    return place;
  }

  /** Adds a field; how much work it is to compare it with those before. */
  add(field: FieldNode): number {
    const weight = 1 + Math.floor(lengthOfArguments(field) / CHARACTERS_COMPARED);
    const work = this.weight + this.count * (weight - 1);
    this.weight += weight;
    this.count++;
    return work;
  }
}

/** Characters of arguments whose comparison costs as much as that of two fields does. */
const CHARACTERS_COMPARED = 16;

function lengthOfArguments({ arguments: given = [] }: FieldNode): number {
  return given.length === 0 ? 0 : given.at(-1)!.loc!.end - given[0]!.loc!.start;
}

class Counts {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #limits: DocumentLimits;
  readonly #spread = new Set<string>();
  /** The fragments that the selection which is being counted stands in. */
  readonly #open: string[] = [];
  #selections = 0;
  #comparisons = 0;
  #aliases = 0;
  #directives = 0;
  #rootFields = 0;
  #mostRootFields = 0;
  /** How deep the root field that is being counted may go. */
  #mostDepth = 0;
  /** The first place that is too deep, and how much deeper it goes somewhere. */
  #tooDeep: { node: FieldNode; path: readonly string[]; most: number; found: number } | undefined;

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>, limits: DocumentLimits) {
    this.#fragments = fragments;
    this.#limits = limits;
  }

  add(definition: DefinitionNode): void {
    if (!('directives' in definition)) return;
    this.#directives += definition.directives?.length ?? 0;
    if (definition.kind !== Kind.OPERATION_DEFINITION) return;
    for (const { directives } of definition.variableDefinitions ?? []) this.#directives += directives?.length ?? 0;
    this.#rootFields = 0;
    this.#select(definition, [], new Set(), new Place());
    this.#mostRootFields = Math.max(this.#mostRootFields, this.#rootFields);
  }

  /** Adds a fragment that none of the operations spreads. */
  addUnspread(fragment: FragmentDefinitionNode): void {
    if (this.#spread.has(fragment.name.value) && this.#fragments.get(fragment.name.value) === fragment) return;
    this.#spread.add(fragment.name.value);
    this.#mostDepth = Number.POSITIVE_INFINITY;
    this.#select(fragment, [fragment.name.value], new Set(), new Place());
  }

  error(): GraphQLError | undefined {
    const { selections, rootFields, aliases, directives, comparisons } = this.#limits;
    if (this.#selections > selections) {
      const message = `the document has more than ${selections} fields, counted wherever its fragments are spread`;
      return overLimit('TOO_MANY_FIELDS', message);
    }
    if (this.#comparisons > comparisons) {
      const message = `the document selects fields of one name in one place too often: that takes more than ${comparisons} comparisons; select each once, or give aliases`;
      return overLimit('TOO_MANY_COMPARISONS', message);
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
    place: Place,
  ): void {
    for (const selection of selectionSet?.selections ?? []) {
      this.#selections++;
      if (this.#selections > this.#limits.selections) return;
      this.#directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) this.#field(selection, path, place);
      else this.#fragment(selection, path, spread, place);
    }
  }

  #field(field: FieldNode, path: readonly string[], parent: Place): void {
    const place = parent.at((field.alias ?? field.name).value);
    this.#comparisons += place.add(field);
    if (path.length === 0) {
      this.#rootFields++;
      this.#mostDepth = field.name.value.startsWith('__') ? this.#limits.introspectionDepth : this.#limits.depth;
    }
    if (field.alias) this.#aliases++;
    if (!field.selectionSet) return;
    const here = [...path, field.alias?.value ?? field.name.value];
    const found = here.length;
    if (found > this.#mostDepth) {
      this.#tooDeep ??= { node: field, path: here, most: this.#mostDepth, found };
      this.#tooDeep.found = Math.max(this.#tooDeep.found, found);
    }
    this.#select(field, here, new Set(), place);
  }

  #fragment(
    selection: Exclude<SelectionNode, FieldNode>,
    path: readonly string[],
    spread: Set<string>,
    place: Place,
  ): void {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      this.#select(selection, path, spread, place);
      return;
    }
    const name = selection.name.value;
    const fragment = this.#fragments.get(name);
    // As in execution: a selection set spreads each fragment once.
    if (!fragment || spread.has(name) || this.#open.includes(name)) return;
    spread.add(name);
    this.#spread.add(name);
    this.#open.push(name);
    this.#select(fragment, path, spread, place);
    this.#open.pop();
  }
}

function isFragment(definition: DefinitionNode): definition is FragmentDefinitionNode {
  return definition.kind === Kind.FRAGMENT_DEFINITION;
}
