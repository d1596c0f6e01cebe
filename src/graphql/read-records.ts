import {
  coerceInputValue,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLResolveInfo,
  GraphQLScalarType,
  type GraphQLSchema,
  getNullableType,
  getVariableValues,
  isListType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { mapInSlices } from '../lib/event-loop.js';
import { Attached } from './attached.js';
import type { Plugin } from './combine-plugins.js';
import type { Context } from './context.js';
import { mayPush } from './limits/body.js';
import { overLimit } from './limits/limit.js';
import { restoreNumbers, writtenArgument } from './variables.js';

/** Items from which a list is read here, and the most that a list within a record may have. */
const LARGE = 100;
const MAX_LIST_LENGTH = 5_000;

/** The type of a variable whose value was read already. No document can name it, since it has spaces. */
const readAlready = Object.assign(new GraphQLScalarType({ name: 'ReadAlready' }), { name: 'read already' });

/** The lists that were read here, by their variables. */
const readLists = new Attached<Map<string, readonly unknown[]>>();

/**
 * The records, or ids, that a field is given to write: `given` is the argument as GraphQL read it. An id that was written as
 * a number is that number, so that whoever checks it sees whether JSON may have rounded it.
 */
export function writtenRecords<T>(
  context: Context,
  info: GraphQLResolveInfo,
  name: string,
  given: readonly T[],
): readonly T[] {
  const { value } = info.fieldNodes[0]!.arguments!.find((argument) => argument.name.value === name)!;
  const read = value.kind === Kind.VARIABLE ? readLists.get(context)?.get(value.name.value) : undefined;
  return (read as readonly T[] | undefined) ?? (restoreNumbers(given, writtenArgument(context, info, name)) as T[]);
}

/** A variable with a large list of records. */
interface LargeList {
  readonly definition: VariableDefinitionNode;
  readonly items: readonly unknown[];
  readonly itemType: GraphQLInputType;
}

/**
 * Reads large lists of pushed records by their types, in slices. graphql-js would read them in one go, each time that the
 * variables are needed: for the cost and for the execution, and type-graphql would make instances of them in one go. So the
 * operation declares these variables as read already, they are read once the operation was admitted, and the execution
 * is given empty lists in their places. `writtenRecords` has them.
 */
export function readRecordsPlugin(schema: GraphQLSchema): Plugin {
  allowReadAlready(schema);
  return ({ contextValue }) => {
    let lists: LargeList[] = [];
    return {
      didResolveOperation(request) {
        const { document, operation } = request;
        if (!mayPush(contextValue.actor) || operation?.operation !== 'mutation') return;
        lists = largeLists(schema, operation, request.request.variables ?? {});
        if (lists.length === 0) return;
        const declared = declaredAsRead(operation, lists);
        const definitions = document.definitions.map((each) => (each === operation ? declared : each));
        Object.assign(request, { document: { ...document, definitions }, operation: declared });
      },
      async didAdmit({ request }) {
        const done = new Map<string, readonly unknown[]>();
        for (const list of lists) {
          const { value: name } = list.definition.variable.name;
          done.set(name, await read(schema, name, list));
          request.variables = { ...request.variables, [name]: [] };
        }
        readLists.set(contextValue, done);
      },
    };
  };
}

/** Lets an operation that is executed, though no document, name the type. */
function allowReadAlready(schema: GraphQLSchema): void {
  if (schema.getType(readAlready.name)) return;
  const getType = schema.getType.bind(schema);
  schema.getType = (name) => (name === readAlready.name ? readAlready : getType(name));
}

function largeLists(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): LargeList[] {
  return (operation.variableDefinitions ?? []).flatMap((definition) => {
    const items = variables[definition.variable.name.value];
    if (!Array.isArray(items) || !isLarge(items)) return [];
    const type = getNullableType(typeFromAST(schema, definition.type as never) as GraphQLInputType);
    return isListType(type) ? [{ definition, items, itemType: type.ofType as GraphQLInputType }] : [];
  });
}

function isLarge(items: readonly unknown[]): boolean {
  return items.length > LARGE || items.some((item) => listsOf(item).some(([, list]) => list.length > LARGE));
}

function listsOf(item: unknown): [name: string, list: readonly unknown[]][] {
  if (typeof item !== 'object' || item === null) return [];
  return Object.entries(item).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
}

function declaredAsRead(operation: OperationDefinitionNode, lists: readonly LargeList[]): OperationDefinitionNode {
  const type = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: readAlready.name } } as const;
  const read = new Set(lists.map(({ definition }) => definition));
  const variableDefinitions = operation.variableDefinitions!.map((each) => (read.has(each) ? { ...each, type } : each));
  return { ...operation, variableDefinitions };
}

/** @throws GraphQLError BAD_USER_INPUT that names the first record that is not of its type */
function read(schema: GraphQLSchema, name: string, { definition, items, itemType }: LargeList): Promise<unknown[]> {
  return mapInSlices(items, (item, index) => {
    for (const [field, { length }] of listsOf(item)) {
      if (length <= MAX_LIST_LENGTH) continue;
      const message = `${name}[${index}].${field} has ${length} items: at most ${MAX_LIST_LENGTH} are taken`;
      throw overLimit('BAD_USER_INPUT', message, definition);
    }
    const value = coerceInputValue(item, itemType, () => {
      throw errorOf(schema, name, definition, item, index);
    });
    return restoreNumbers(value, item);
  });
}

/** What graphql-js says of one item of a variable. */
function errorOf(
  schema: GraphQLSchema,
  name: string,
  definition: VariableDefinitionNode,
  item: unknown,
  index: number,
): GraphQLError {
  const { errors } = getVariableValues(schema, [definition], { [name]: [item] });
  const message = errors![0]!.message.replace(`at "${name}[0]`, `at "${name}[${index}]`);
  return new GraphQLError(message, {
    nodes: definition,
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });
}
