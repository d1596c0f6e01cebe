import {
  type ASTNode,
  GraphQLError,
  type GraphQLResolveInfo,
  getNamedType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { quote } from '../lib/quote.js';
import { accessOf, isOnce, isSessionOnly, Privilege } from './access.js';
import type { Actor } from './context.js';
import { unauthenticated } from './limits/anonymous.js';
import { Selection } from './selection.js';

export interface GuardedOperation extends Pick<GraphQLResolveInfo, 'schema' | 'fragments' | 'variableValues'> {
  readonly operation: OperationDefinitionNode;
}

const STATUS = { FORBIDDEN: 403, BAD_USER_INPUT: 400 } as const;

/**
 * Decides, from what is selected and before anything runs, whether an actor may do an operation. A field is guarded by
 * what stands on it and by what stands on its type, by whatever path it is reached.
 * @throws GraphQLError UNAUTHENTICATED or FORBIDDEN that names the field; BAD_USER_INPUT for a kind of operation that there is not
 */
export function guard(guarded: GuardedOperation, actor: Actor | null): void {
  const { operation, schema } = guarded;
  const root = schema.getRootType(operation.operation);
  if (!root) throw refusal('BAD_USER_INPUT', `this API has no ${operation.operation}`, undefined, operation);
  check(new Selection(root, guarded, [operation]), actor, []);
}

function check(selection: Selection, actor: Actor | null, path: readonly string[]): void {
  const isMutation = selection.type === selection.scope.schema.getMutationType();
  for (const [name, nodes] of selection.fields) {
    const [node] = nodes;
    const here = [...path, node!.alias?.value ?? name];
    if (name.startsWith('__')) {
      if (name !== '__typename' && !actor) throw unauthenticated(name, node!, here);
      continue;
    }
    const field = selection.type.getFields()[name]!;
    const type = getNamedType(field.type);
    for (const privilege of [...(accessOf(field) ?? []), ...(accessOf(type) ?? [])]) {
      if (!actor) throw unauthenticated(`${selection.type.name}.${name}`, node!, here);
      if (!actor.privileges.has(privilege)) {
        const message = `${selection.type.name}.${name} needs the privilege ${privilege}${advice(actor, privilege)}`;
        throw refusal('FORBIDDEN', message, here, node!);
      }
      // A mutation reads nothing: Analytics Plus may connect again, and choose other modules.
      if (actor.bounds?.withheld.has(privilege) && !isMutation) {
        const message = `${selection.type.name}.${name} is of a module that was not chosen when Analytics Plus connected with this token (${privilege})`;
        throw refusal('FORBIDDEN', message, here, node!);
      }
    }
    if (isSessionOnly(field) && actor?.kind !== 'SESSION') {
      const coordinate = `${selection.type.name}.${name}`;
      if (!actor) throw unauthenticated(coordinate, node!, here);
      throw refusal('FORBIDDEN', `${coordinate} is for users who sign in: a token cannot use it`, here, node!);
    }
    if (isOnce(field) && new Set(nodes.map(({ alias }) => alias?.value ?? name)).size > 1) {
      throw refusal(
        'BAD_USER_INPUT',
        `${name} stands in the operation more than once: send one in each request`,
        here,
        node!,
      );
    }
    if (isObjectType(type)) check(selection.under(name), actor, here);
  }
}

/** The privileges that an auth token has if its user has them. */
const readingPrivileges: ReadonlySet<Privilege> = new Set([
  Privilege.READ_RESOURCES,
  Privilege.READ_USER_ACCOUNTS,
  Privilege.READ_AUDITS,
]);

/** Says to a token without a privilege what to do: send a token of another kind, or give its user a role. */
function advice({ kind, userName }: Actor, privilege: Privilege): string {
  if (kind === 'INGEST') return ', and an ingest token (pai_) only pushes records: send a token of another kind';
  if (kind === 'CONNECTOR' && privilege === Privilege.INGEST) {
    return ', and an auth token (pag_) only reads: send a token of another kind, an ingest token (pai_)';
  }
  if (kind === 'CONNECTOR' && readingPrivileges.has(privilege)) {
    return `, which the roles of ${quote(userName, 255)}, whom this token is mapped to, do not carry: give this user a role with it`;
  }
  return '';
}

function refusal(
  code: keyof typeof STATUS,
  message: string,
  path: readonly string[] | undefined,
  node: ASTNode,
): GraphQLError {
  return new GraphQLError(message, { nodes: node, path, extensions: { code, http: { status: STATUS[code] } } });
}
