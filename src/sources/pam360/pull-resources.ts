import { Module } from '../../database/module.js';
import type { ResourceRecord } from '../../features/resources/resource.record.js';
import { deleteResources, recordResources } from '../../features/resources/resource.service.js';
import { inParallel } from '../../lib/in-parallel.js';
import { deleteMissing } from './delete-missing.js';
import { fieldId, fieldText, type UpstreamRow } from './field-values.js';
import { changedMeanwhile, listRows } from './listing.js';
import { tellLittleSeen } from './little-seen.js';
import { PamError, PamRefusal } from './pam-error.js';
import { count, type PullRun, refuse } from './pull-run.js';
import type { ListedUsers } from './pull-users.js';
import { accountIdsOf, type ReadResource, resourceOf } from './resource.js';
import { ownerNamed } from './scim-user.js';

/** Resources that are read at once: one call for each, and one for each of its accounts. */
const CALLS_AT_ONCE = 4;

const AT_ONCE = 50;

/** Resources that the server may fail at before it is taken to fail altogether. */
const FAILURES = 5;

/** Stores the resources that the token's user sees, with their accounts, and deletes those that vanished. */
export async function pullResources(run: PullRun, users: (() => Promise<ListedUsers>) | undefined): Promise<void> {
  const { db, api, source, counts } = run;
  const list = () => listRows((start, limit) => api.resources(start, limit), idOf);
  const { listing, rows } = await list();
  const batch: ResourceRecord[] = [];
  /** The source ids of resources that may have more accounts than are listed. */
  const partial = new Set<string>();
  let failures = 0;
  let accounts = 0;
  const flush = async (): Promise<void> => {
    const records = batch.splice(0);
    if (records.length === 0) return;
    count(
      run,
      await recordResources(db, source, records, partial),
      records.map(({ sourceId }) => `resource ${sourceId}`),
    );
  };
  run.progress(0, rows.length);
  try {
    await inParallel(rows, CALLS_AT_ONCE, async (row) => {
      run.signal.throwIfAborted();
      const read = await readResource(run, row).catch((error) => {
        failures += 1;
        if (!(error instanceof PamError && error.mayPass) || failures > FAILURES) throw error;
        run.tell('FAILED', error.message);
        return null;
      });
      counts.rowsRead += 1;
      run.progress(counts.rowsRead, rows.length);
      accounts += read?.record.accounts?.length ?? 0;
      if (read?.isPartial) partial.add(read.record.sourceId);
      if (read) batch.push(await withOwner(read.record, users));
      if (batch.length >= AT_ONCE) await flush();
    });
  } finally {
    // What was read before a fault is kept.
    await flush();
  }
  tellPartial(run, partial);
  if (!listing.isWhole) throw changedMeanwhile('resources', listing);
  tellLittleSeen(run, accounts);
  // Nothing is deleted by a pull that failed in part.
  if (failures > 0) return;
  await deleteMissing(
    run,
    Module.RESOURCES,
    listing,
    async () => (await list()).listing,
    (ids) => deleteResources(db, source, ids),
  );
}

/** Says of which resources no account is deleted, since the server says that they have more than it lists. */
function tellPartial({ tell }: PullRun, partial: ReadonlySet<string>): void {
  if (partial.size === 0) return;
  const ids = [...partial].slice(0, 5).join(', ');
  const more = partial.size > 5 ? ' and more' : '';
  const what = partial.size === 1 ? 'resource lists' : 'resources list';
  tell('NOTE', `${partial.size} ${what} fewer accounts than counted, so accounts stored here are kept: ${ids}${more}`);
}

/** A resource by the calls that it takes; null where it is refused, so that it stays as it was stored. */
async function readResource(run: PullRun, listed: UpstreamRow): Promise<ReadResource | null> {
  const id = fieldId(listed, 'RESOURCE ID');
  if (id === null) {
    refuse(run, 'a resource has no RESOURCE ID');
    return null;
  }
  try {
    const described = await run.api.described(id);
    if (fieldText(described, 'RESOURCE NAME', 'RESOURCE ID') === null) throw new PamRefusal('it says nothing of it');
    const accounts = new Map<string, UpstreamRow>();
    for (const accountId of accountIdsOf(described)) {
      const details = await readAccount(run, id, accountId);
      if (details) accounts.set(accountId, details);
    }
    const read = resourceOf({ listed, described, accounts }, run.zone);
    if ('refused' in read) throw new PamRefusal(read.refused);
    for (const problem of read.errors) run.tell('PROBLEM', problem);
    return read;
  } catch (error) {
    if (!(error instanceof PamRefusal)) throw error;
    refuse(run, `resource ${id}: ${error.message}`);
    return null;
  }
}

/** The details of an account; null where they are refused: what the list says of it is better than nothing. */
async function readAccount(run: PullRun, resourceId: string, accountId: string): Promise<UpstreamRow | null> {
  try {
    return await run.api.account(resourceId, accountId);
  } catch (error) {
    if (!(error instanceof PamRefusal)) throw error;
    run.tell('PROBLEM', `account ${accountId} of resource ${resourceId} without its times: ${error.message}`);
    return null;
  }
}

/** User accounts are only asked for where an owner is written with a domain. */
async function withOwner(
  record: ResourceRecord,
  users: (() => Promise<ListedUsers>) | undefined,
): Promise<ResourceRecord> {
  if (!record.ownerName?.includes('\\') || !users) return record;
  const listed = await users();
  if (!listed.listing.isWhole) throw changedMeanwhile('user accounts, which tell who an owner is', listed.listing);
  return { ...record, ownerName: ownerNamed(record.ownerName, listed.users) };
}

function idOf(row: UpstreamRow): string {
  return fieldId(row, 'RESOURCE ID') ?? JSON.stringify(row);
}
