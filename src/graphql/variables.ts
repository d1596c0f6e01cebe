import { type GraphQLSchema, getVariableValues, type OperationDefinitionNode } from 'graphql';
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
