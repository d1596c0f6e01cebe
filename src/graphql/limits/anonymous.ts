import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { isPublic } from '../access.js';

/**
 * Finds the first root field of a document that takes a sign-in, without validating the document: a field that is guarded,
 * or introspection. A document that has no such operation is left to the execution, which says so.
 */
export function guardedRootField(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): GraphQLError | undefined {
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return undefined;
  for (const node of rootFields(document, operation)) {
    const { value: name } = node.name;
    const field = root.getFields()[name];
    if (name === '__schema' || name === '__type') return unauthenticated(name, node);
    if (field && !isPublic(field)) return unauthenticated(`${root.name}.${name}`, node);
  }
  return undefined;
}

/** A refusal of a field, by its name or by those of its type and itself. */
export function unauthenticated(field: string, node: FieldNode, path?: readonly string[]): GraphQLError {
  return new GraphQLError(`${field} needs an auth token, or a sign-in`, {
    nodes: node,
    path: path ?? [node.alias?.value ?? node.name.value],
    extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } },
  });
}

/** The fields at the root of an operation, those of fragments included, each fragment once. */
function* rootFields(document: DocumentNode, operation: OperationDefinitionNode): Generator<FieldNode> {
  const spread = new Set<string>();
  const left: SelectionNode[] = [...operation.selectionSet.selections];
  for (let node = left.shift(); node; node = left.shift()) {
    if (node.kind === Kind.FIELD) yield node;
    else if (node.kind === Kind.INLINE_FRAGMENT) left.push(...node.selectionSet.selections);
    else if (!spread.has(node.name.value)) {
      const { value: name } = node.name;
      spread.add(name);
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.FRAGMENT_DEFINITION || definition.name.value !== name) continue;
        left.push(...definition.selectionSet.selections);
      }
    }
  }
}
