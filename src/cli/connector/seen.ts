import { ConnectorError } from './connector-error.js';
import { ask, type Gateway } from './gateway.js';
import { isRecord } from './json.js';
import { MODULE_NAMES, type ModuleName } from './modules.js';

const DOCUMENT = 'query ConnectorSees { viewer { seen { module count isMore reasons } } }';

/** What the gateway says that a token sees of a module, and why not more. */
export interface Seen {
  readonly module: ModuleName;
  readonly count: number;
  readonly isMore: boolean;
  readonly reasons: readonly string[];
}

/**
 * Asks what the token sees of each module. Nothing is said by a gateway that does not know or cannot answer: the import itself
 * has succeeded without it.
 */
export async function askSeen(gateway: Gateway, signal: AbortSignal): Promise<Seen[]> {
  try {
    return await ask(gateway, { document: DOCUMENT, variables: {} }, readSeen, signal, 1);
  } catch (error) {
    if (error instanceof ConnectorError) return [];
    throw error;
  }
}

function readSeen({ viewer }: Record<string, unknown>): Seen[] {
  const seen = isRecord(viewer) && Array.isArray(viewer.seen) ? viewer.seen : [];
  return seen.filter(
    (each: unknown): each is Seen =>
      isRecord(each) && MODULE_NAMES.includes(each.module as ModuleName) && Array.isArray(each.reasons),
  );
}

/** Says of each module that is not seen whole how many rows of it the token sees, and why; a line each. */
export function seenLines(seen: readonly Seen[]): string[] {
  return seen
    .filter(({ count, reasons }) => count === 0 || reasons.length > 0)
    .map(({ module, count, isMore, reasons }) => {
      const number = `${isMore ? 'more than ' : ''}${count.toLocaleString('en-US')} rows`;
      return `${module}: the token sees ${number}: ${reasons.join('; ') || 'there are none'}`;
    });
}
