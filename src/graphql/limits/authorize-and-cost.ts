import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Actor } from '../context.js';
import { guard } from '../guard.js';
import { type Cost, costOf, RECORDS_ARGUMENTS, SIZE_ARGUMENTS } from './cost.js';

type Variables = Readonly<Record<string, unknown>>;

/** What was found of one operation; it lives as long as its document is kept. */
interface Known {
  /** The variables that say what is included, and how much is asked for. */
  readonly variables: readonly string[];
  /** The variables that hold the records to be written: only how many those are matters. */
  readonly records: readonly string[];
  /** What it costs whom, by what matters of them and of the variables. Who may not do it is refused each time. */
  readonly costs: LRUCache<string, Cost>;
}

const MAX_COSTS = 20;
const MAX_KEY_LENGTH = 1_000;

const known = new WeakMap<OperationDefinitionNode, Known>();

/**
 * What an operation costs that an actor may do; undefined where the variables are wrong, since it then ends before a
 * field runs.
 * @throws GraphQLError as the guard does
 */
export function authorizeAndCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
  actor: Actor | null,
): Cost | undefined {
  const { variables: names, records, costs } = knownOf(document, operation);
  const given = names.filter((name) => Object.hasOwn(variables, name)).map((name) => [name, variables[name]]);
  const written = records.map((name) => sizeOf(variables[name]));
  const key = JSON.stringify([actorKey(actor), given, written]);
  let cost = costs.get(key);
  if (cost) return cost;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (!coerced) return undefined;
  const guarded = { schema, operation, fragments: fragmentsOf(document), variableValues: coerced };
  guard(guarded, actor);
  cost = costOf(guarded, actor);
  if (key.length <= MAX_KEY_LENGTH) costs.set(key, cost);
  return cost;
}

const actorKeys = new WeakMap<Actor, string>();

/** What guard and cost look at of an actor. */
function actorKey(actor: Actor | null): string | null {
  if (!actor) return null;
  let key = actorKeys.get(actor);
  if (key === undefined) {
    key = JSON.stringify([actor.kind, [...actor.privileges], [...(actor.bounds?.withheld ?? [])]]);
    actorKeys.set(actor, key);
  }
  return key;
}

function knownOf(document: DocumentNode, operation: OperationDefinitionNode): Known {
  let found = known.get(operation);
  if (!found) {
    found = { ...readVariables(document), costs: new LRUCache({ max: MAX_COSTS }) };
    known.set(operation, found);
  }
  return found;
}

function readVariables(document: DocumentNode): Pick<Known, 'variables' | 'records'> {
  const sizes = new Set<string>();
  const records = new Set<string>();
  visit(document, {
    Argument(argument) {
      const { value } = argument.name;
      // The one argument of @include and @skip is `if`.
      const names = RECORDS_ARGUMENTS.has(value) ? records : SIZE_ARGUMENTS.has(value) || value === 'if' ? sizes : null;
      if (names) visit(argument, { Variable: ({ name }) => void names.add(name.value) });
      return false;
    },
  });
  return { variables: [...sizes], records: [...records] };
}

function sizeOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 1;
}

function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments = definitions.filter(
    (definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION,
  );
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}
