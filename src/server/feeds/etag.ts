import { databaseId } from '../../database/database-id.js';
import { Module } from '../../database/module.js';
import { lastPosition, type Progress } from '../../database/positions.js';
import { type Actor, actorOf, type Context } from '../../graphql/context.js';
import { sha256 } from '../../lib/sha256.js';
import { version } from '../../lib/version.js';

/** What an actor sees depends on: another view is another answer. */
export function viewOf({ scope, scopeVersion, userId, userName, bounds }: Actor): string {
  return JSON.stringify([...(scope === 'ALL' ? [scope] : [userId, userName, scopeVersion]), bounds?.since ?? null]);
}

/**
 * The strong ETag of an answer, worked out before a row is read: what is asked for, who asks, and how far the modules have come
 * that it depends on. `asked` is all that tells one answer from another, the encoding too.
 */
export async function etagOf(context: Context, progress: Progress, asked: object): Promise<string> {
  const actor = actorOf(context);
  // A grant that is taken away hides audits too, and is a change of a resource.
  const others = actor.scope === 'ALL' ? [] : Object.values(Module);
  const positions = await Promise.all(others.map((module) => lastPosition(context.db, module)));
  const parts = [version, await databaseId(context.db), progress, positions, viewOf(actor), asked];
  return `"${sha256(JSON.stringify(parts)).slice(0, 32)}"`;
}

/** Whether a client that sends If-None-Match has this answer already (RFC 9110, section 13.1.2). */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}
