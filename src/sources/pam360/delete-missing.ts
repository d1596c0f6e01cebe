import type { Module, RecordOutcome } from '../../database/module.js';
import { storedSourceIds } from '../../features/ingest/source.queries.js';
import { chunks } from '../../lib/chunks.js';
import type { Listing } from './listing.js';
import { count, type PullRun } from './pull-run.js';

/** So many may vanish at once without a second thought; more only where they are not more than half. */
const FEW = 20;

const AT_ONCE = 500;

/**
 * Deletes the records of this source that stand in neither of two whole listings; the second is read only where the first
 * lacks something. A listing that is empty, or does not prove to be whole, deletes nothing.
 */
export async function deleteMissing(
  run: PullRun,
  module: Module.RESOURCES | Module.USER_ACCOUNTS,
  first: Listing,
  listAgain: () => Promise<Listing>,
  remove: (sourceIds: string[]) => Promise<RecordOutcome[]>,
): Promise<void> {
  const stored = await storedSourceIds(run.db, module, run.source);
  const missing = stored.filter((id) => !first.ids.has(id));
  if (missing.length === 0) return;
  const second = isProof(first) ? await listAgain() : first;
  if (!isProof(second)) {
    run.tell('NOTE', `${missing.length} stored here were not listed, and are kept: the list ${whyNoProof(second)}`);
    return;
  }
  const toDelete = missing.filter((id) => !second.ids.has(id));
  if (toDelete.length > FEW && toDelete.length > stored.length / 2 && !run.acceptDeletions) {
    run.tell(
      'PROBLEM',
      `${toDelete.length} of ${stored.length} stored here are no longer listed, and are kept: it looks as if the token's user had lost sight of them; if they are gone, run pam-gateway pull --accept-deletions`,
    );
    return;
  }
  for (const part of chunks(toDelete, AT_ONCE)) {
    run.signal.throwIfAborted();
    count(run, await remove(part), part);
  }
}

function isProof({ isProven, ids }: Listing): boolean {
  return isProven && ids.size > 0;
}

function whyNoProof({ ids }: Listing): string {
  return ids.size === 0 ? 'is empty' : 'did not say that it has exactly the rows that it gave';
}
