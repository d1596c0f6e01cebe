import { ConnectorError } from './connector-error.js';
import type { Page } from './page.js';

/**
 * The pages of a feed from `after` until it has caught up. The next page is asked for while the present one is written: one
 * page ahead, no more. Leaving the loop early ends the request that is under way.
 */
export async function* followFeed(
  getPage: (after: string | null, signal: AbortSignal) => Promise<Page>,
  after: string | null,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  const seen = new Set(after === null ? [] : [after]);
  let ahead = getPage(after, either);
  try {
    for (;;) {
      const page = await ahead;
      checkAdvance(page, seen);
      if (!page.caughtUp) {
        ahead = getPage(page.nextCursor, either);
        ahead.catch(() => {});
      }
      yield page;
      if (page.caughtUp) return;
    }
  } finally {
    left.abort();
    await ahead.catch(() => {});
  }
}

/** The end of a feed may be asked for again; any other cursor that comes back would go round for ever, or repeat rows. */
function checkAdvance(page: Page, seen: Set<string>): void {
  const resting = page.caughtUp && page.changes.length === 0;
  if (seen.has(page.nextCursor) && !resting) {
    throw new ConnectorError('The feed does not advance: the gateway gave a cursor that it had given before.');
  }
  seen.add(page.nextCursor);
}
