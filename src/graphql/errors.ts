import { type ASTNode, GraphQLError } from 'graphql';

/** A refusal of what the caller wrote, for places where graphql-js itself reports it. */
export function badInput(message: string, node?: ASTNode): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' }, ...(node && { nodes: node }) });
}
