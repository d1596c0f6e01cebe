import { type GraphQLError, Kind } from 'graphql';
import { AppError } from '../lib/app-error.js';
import { Attached } from './attached.js';
import type { Plugin } from './combine-plugins.js';
import type { Context } from './context.js';

/** An operation that its actor may not do. */
export interface RefusedOperation {
  /** The field that was refused, with its type, as in Query.audits. */
  readonly field: string;
  /** What the actor lacks; it is the message of the error. */
  readonly reason: string;
}

type Listener = (refused: RefusedOperation) => void;

const listeners = new Attached<readonly Listener[]>();

/** Calls `listener` whenever this request is refused something for want of a privilege. */
export function onOperationRefused(context: Context, listener: Listener): void {
  listeners.set(context, [...(listeners.get(context) ?? []), listener]);
}

export function operationRefused(context: Context, refused: RefusedOperation): void {
  for (const listener of listeners.get(context) ?? []) listener(refused);
}

/** Reports what the guard, or a resolver, refuses with FORBIDDEN. */
export const refusedPlugin: Plugin = () => ({
  didEncounterErrors({ errors, contextValue, operation }) {
    for (const error of errors) {
      if (!isForbidden(error)) continue;
      const root = operation?.operation === 'mutation' ? 'Mutation' : 'Query';
      operationRefused(contextValue, { field: fieldOf(error, root), reason: error.message });
    }
  },
});

function isForbidden(error: GraphQLError): boolean {
  const { originalError, extensions } = error;
  return extensions.code === 'FORBIDDEN' || (originalError instanceof AppError && originalError.code === 'FORBIDDEN');
}

/** The guard's messages begin with the field; a resolver's error has the field that was selected. */
function fieldOf({ message, nodes }: GraphQLError, root: string): string {
  const [guarded] = /^\w+\.\w+/.exec(message) ?? [];
  const [node] = nodes ?? [];
  return guarded ?? `${root}.${node?.kind === Kind.FIELD ? node.name.value : 'unknown'}`;
}
