import { GraphQLError, type GraphQLObjectType, type GraphQLSchema, type OperationDefinitionNode, parse } from 'graphql';
import { tableOf } from '../../database/rows.js';
import type { Actor } from '../../graphql/context.js';
import { guard } from '../../graphql/guard.js';
import { Selection } from '../../graphql/selection.js';
import { AppError, type ErrorCode } from '../../lib/app-error.js';
import type { FlatModule } from './flat-module.js';

/** The fields of a module that are plain columns, in the order of the schema. */
export function plainFields(schema: GraphQLSchema, { field, entity }: FlatModule): string[] {
  const { columns } = tableOf(entity);
  const { type } = selectionOf(schema, field, ['id']);
  return Object.keys(type.getFields()).filter((name) => columns.has(name));
}

/**
 * What a flat feed reads, as the GraphQL operation that reads the same: it is guarded like that one.
 * @throws AppError UNAUTHENTICATED or FORBIDDEN
 */
export function guardFields(
  schema: GraphQLSchema,
  { field }: FlatModule,
  fields: readonly string[],
  actor: Actor | null,
): Selection {
  try {
    guard({ schema, operation: operationOf(field, fields), fragments: {}, variableValues: {} }, actor);
  } catch (error) {
    if (error instanceof GraphQLError) throw new AppError(error.extensions.code as ErrorCode, error.message);
    throw error;
  }
  return selectionOf(schema, field, fields);
}

function selectionOf(schema: GraphQLSchema, field: string, fields: readonly string[]): Selection {
  const scope = { schema, fragments: {}, variableValues: {} };
  const root = new Selection(schema.getQueryType() as GraphQLObjectType, scope, [operationOf(field, fields)]);
  return root.under(field).under('nodes');
}

function operationOf(field: string, fields: readonly string[]): OperationDefinitionNode {
  const [operation] = parse(`{ ${field} { nodes { ${fields.join(' ')} } } }`, { noLocation: true }).definitions;
  return operation as OperationDefinitionNode;
}
