import { Module } from '../../database/module.js';
import { deleteUserAccounts, recordUserAccounts } from '../../features/audits/user-account.service.js';
import { chunks } from '../../lib/chunks.js';
import { deleteMissing } from './delete-missing.js';
import { fieldId, fieldText, type UpstreamRow } from './field-values.js';
import { changedMeanwhile, type Listing, listRows } from './listing.js';
import { tellLittleSeen } from './little-seen.js';
import type { PamApi } from './pam-api.js';
import { count, type PullRun, refuse } from './pull-run.js';
import { type ScimUser, scimUserOf } from './scim-user.js';

const AT_ONCE = 200;

/** The users that SCIM lists, those that could be read. */
export interface ListedUsers {
  readonly listing: Listing;
  readonly users: readonly ScimUser[];
  readonly refused: readonly string[];
}

export async function listUsers(api: PamApi): Promise<ListedUsers> {
  const { listing, rows } = await listRows((start, limit) => api.users(start, limit), idOf);
  const read = rows.map(scimUserOf);
  return {
    listing,
    users: read.flatMap((user) => ('refused' in user ? [] : [user])),
    refused: read.flatMap((user) => ('refused' in user ? [user.refused] : [])),
  };
}

/** Stores the user accounts that SCIM lists, and deletes those that vanished. */
export async function pullUsers(run: PullRun, listed: () => Promise<ListedUsers>): Promise<void> {
  const { db, by, source } = run;
  const { listing, users, refused } = await listed();
  run.counts.rowsRead = users.length + refused.length;
  for (const reason of refused) refuse(run, reason);
  let done = 0;
  for (const part of chunks(users, AT_ONCE)) {
    run.signal.throwIfAborted();
    const records = part.map(({ record }) => record);
    count(
      run,
      await recordUserAccounts(db, by, source, records),
      records.map(({ userName }) => `user ${JSON.stringify(userName)}`),
    );
    done += part.length;
    run.progress(done, users.length);
  }
  if (!listing.isWhole) throw changedMeanwhile('user accounts', listing);
  tellLittleSeen(run);
  await deleteMissing(
    run,
    Module.USER_ACCOUNTS,
    listing,
    async () => (await listUsers(run.api)).listing,
    (ids) => deleteUserAccounts(db, by, source, ids),
  );
}

function idOf(row: UpstreamRow): string {
  return fieldId(row, 'id') ?? fieldText(row, 'userName') ?? JSON.stringify(row);
}
