import { ConnectorError } from './connector-error.js';
import { isRecord } from './json.js';
import type { FeedModule, Row } from './modules.js';

/** What became of a row: its whole new state, or null where it was deleted. */
export interface Change {
  id: string;
  row: Row | null;
}

/** One page of a feed. */
export interface Page {
  changes: Change[];
  nextCursor: string;
  caughtUp: boolean;
}

/** The rows among changes, in their order. */
export function rowsOf(changes: readonly Change[]): Row[] {
  return changes.map(({ row }) => row).filter((row) => row !== null);
}

/** Reads a page out of an answer's data. Throws ConnectorError where it has another shape than the contract's. */
export function readPage(module: FeedModule, data: Record<string, unknown>): Page {
  const feed = data[module.feed];
  if (!isRecord(feed)) throw malformed(module);
  const { nextCursor, caughtUp, [module.items]: items } = feed;
  if (!Array.isArray(items) || typeof nextCursor !== 'string' || typeof caughtUp !== 'boolean') throw malformed(module);
  const changes = items.map((item: unknown) => readChange(module, item));
  return { changes, nextCursor, caughtUp };
}

function readChange(module: FeedModule, item: unknown): Change {
  if (!isRecord(item) || typeof item.id !== 'string') throw malformed(module);
  if (module.items === 'nodes') return { id: item.id, row: kept(module, item) };
  if (item.kind === 'DELETE') return { id: item.id, row: null };
  if (!isRecord(item.node)) throw malformed(module);
  return { id: item.id, row: kept(module, item.node) };
}

function kept(module: FeedModule, node: Row): Row {
  for (const { name, keep } of module.columns) if (keep) node[name] = keep(node[name]);
  return node;
}

function malformed({ feed }: FeedModule): ConnectorError {
  return new ConnectorError(`The answer to ${feed} has another shape than the gateway's schema says.`, {
    transient: true,
  });
}
