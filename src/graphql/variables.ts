import {
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import { Attached } from './attached.js';
import type { Context } from './context.js';

type Variables = Readonly<Record<string, unknown>>;

interface Given {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
}

const attached = new Attached<Given>();

/** Keeps what the variables of the operation were given as. */
export function attachVariables(context: Context, given: Given): void {
  attached.set(context, given);
}

/** The variables of the operation that a resolver runs for, as their types read them. */
export function variablesOf(context: Context): Variables {
  const { schema, operation, variables } = attached.get(context)!;
  // The execution, which reads them first, has refused what is no value of its type.
  return getVariableValues(schema, operation.variableDefinitions ?? [], variables).coerced ?? {};
}

/**
 * The value of an argument as the caller wrote it, before its type read it: where an ID was written as a number it is a
 * number, which JSON may have rounded.
 */
export function writtenArgument(context: Context, { fieldNodes }: GraphQLResolveInfo, name: string): unknown {
  const { operation, variables } = attached.get(context)!;
  const node = fieldNodes[0]!.arguments?.find((argument) => argument.name.value === name)?.value;
  if (!node) return undefined;
  const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
  );
  return valueFromASTUntyped(node, defaults.length > 0 ? { ...Object.fromEntries(defaults), ...variables } : variables);
}

/**
 * Puts the numbers of a written value in the places of the IDs that were read of them, so that whoever checks the value sees
 * what was written. Lists and objects are changed in place.
 */
export function restoreNumbers(read: unknown, written: unknown): unknown {
  if (typeof written === 'number') return typeof read === 'string' ? written : read;
  if (Array.isArray(read)) {
    // GraphQL takes one value for a list of one.
    const list = Array.isArray(written) ? written : [written];
    for (let n = 0; n < read.length; n++) read[n] = restoreNumbers(read[n], list[n]);
  } else if (isObject(read) && isObject(written)) {
    for (const key of Object.keys(written)) {
      const value = written[key];
      if (typeof value === 'number' || isObject(value)) read[key] = restoreNumbers(read[key], value);
    }
  }
  return read;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
