import { type DocumentNode, type GraphQLError, type GraphQLSchema, Kind } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Plugin } from '../combine-plugins.js';
import { guardedRootField } from './anonymous.js';
import { mayPush, mostValues } from './body.js';
import { documentError } from './document.js';
import { ANONYMOUS_LIMITS, LIMITS } from './limit.js';
import { bracketsError, textError, tokensError, variablesError } from './text.js';

const NOTHING: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/** A document takes up to two hundred times its text. */
const CACHED = { max: 1_000, maxSize: 300_000, maxEntrySize: 30_000 };

/**
 * Refuses documents that are too large to look at: some before they are parsed, the others before they are validated. Of
 * those who are not signed in it takes small documents only, and refuses what needs a sign-in before it is validated.
 * Apollo lets a plugin refuse an operation no earlier than when it knows which of the document's it is, so until
 * then a refused document is exchanged for one of nothing. Documents that passed are kept.
 */
export function limitsPlugin(schema: GraphQLSchema): Plugin {
  const known = new LRUCache<string, DocumentNode>({ ...CACHED, sizeCalculation: ({ loc }) => loc!.end });
  return ({ contextValue: { actor } }) => {
    let error: GraphQLError | undefined;
    let isKnown = false;
    return {
      didResolveSource(request) {
        const { source, queryHash } = request;
        error = textError(source) ?? variablesError(request.request.variables, mostValues(actor));
        const document = error ? NOTHING : known.get(queryHash);
        isKnown = document !== undefined;
        if (!isKnown) error ??= bracketsError(source) ?? (actor ? undefined : tokensError(source));
        exchange(request, error ? NOTHING : document);
      },
      validationDidStart(request) {
        const { document } = request;
        if (!actor) error = guardedRootField(schema, document, request.request.operationName);
        error ??= documentError(document, actor ? LIMITS : { ...LIMITS, ...ANONYMOUS_LIMITS });
        if (error) exchange(request, NOTHING);
      },
      didResolveOperation({ queryHash, document, operation, request }) {
        // What is pushed may be large, and not what is read beside it.
        if (mayPush(actor) && operation?.operation !== 'mutation') error ??= variablesError(request.variables);
        if (error) throw error;
        if (!isKnown) known.set(queryHash, document);
      },
    };
  };
}

function exchange(request: { readonly document?: DocumentNode }, document: DocumentNode | undefined): void {
  Object.assign(request, { document });
}
