import { type DocumentNode, type GraphQLError, Kind } from 'graphql';
import { LRUCache } from 'lru-cache';
import { Privilege } from '../access.js';
import type { Plugin } from '../phases.js';
import { faultOfDocument } from './document.js';
import { INGEST_LIMITS, LIMITS } from './limit.js';
import { faultOfText, faultOfVariables } from './text.js';

const NOTHING: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/** A document takes up to two hundred times its text. */
const CACHED = { max: 1_000, maxSize: 300_000, maxEntrySize: 30_000 };

/**
 * Refuses documents that are too large to look at: some before they are parsed, the others before they are validated.
 * Apollo lets a plugin refuse an operation no earlier than when it knows which of the document's it is, so until
 * then a refused document is exchanged for one of nothing. Documents that passed are kept.
 */
export function limitsPlugin(): Plugin {
  const known = new LRUCache<string, DocumentNode>({ ...CACHED, sizeCalculation: ({ loc }) => loc!.end });
  return ({ contextValue: { actor } }) => {
    const pushes = actor?.privileges.has(Privilege.INGEST) === true;
    let fault: GraphQLError | undefined;
    let isKnown = false;
    return {
      didResolveSource(request) {
        const most = pushes ? INGEST_LIMITS.variableValues : LIMITS.variableValues;
        fault = faultOfText(request.source) ?? faultOfVariables(request.request.variables, most);
        const document = fault ? NOTHING : known.get(request.queryHash);
        isKnown = document !== undefined;
        exchange(request, document);
      },
      validationDidStart(request) {
        fault = faultOfDocument(request.document);
        if (fault) exchange(request, NOTHING);
      },
      didResolveOperation({ queryHash, document, operation, request }) {
        // What is pushed may be large, and not what is read beside it.
        if (pushes && operation?.operation !== 'mutation') fault ??= faultOfVariables(request.variables);
        if (fault) throw fault;
        if (!isKnown) known.set(queryHash, document);
      },
    };
  };
}

function exchange(request: { readonly document?: DocumentNode }, document: DocumentNode | undefined): void {
  Object.assign(request, { document });
}
