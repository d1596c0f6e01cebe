import { LRUCache } from 'lru-cache';
import sql, { raw } from 'sql-template-tag';
import type { Database, Db } from '../../database/db.js';
import { Privilege } from '../../graphql/access.js';
import type { Actor } from '../../graphql/context.js';
import { AppError } from '../../lib/app-error.js';
import { isPast } from '../../lib/expiry.js';
import { isSetBack } from '../../lib/set-back.js';
import { tokenError, tokenHash } from '../../lib/token.js';
import { UnknownToken } from '../../lib/unknown-token.js';
import { weakMemo } from '../../lib/weak-memo.js';
import type { Operator } from '../audits/activity-log.js';
import { isRefusalDue, markToken, refusalDue } from '../audits/marked-token.js';
import { INGEST_TOKEN } from '../users/user-name.js';
import { describeIngestToken } from './describe-ingest-token.js';

/** What every ingest token may do. */
const INGEST_PRIVILEGES: ReadonlySet<Privilege> = new Set([Privilege.INGEST]);

/** Revoking must be felt within a second. */
const CACHE_MILLISECONDS = 500;

/** How exactly it is kept when a token was last used: a push writes enough. */
const LAST_USE_MILLISECONDS = 60_000;

const cacheOf = weakMemo<Db, LRUCache<string, Promise<Actor>>>(
  () => new LRUCache({ max: 1_000, ttl: CACHE_MILLISECONDS }),
);

/**
 * What an ingest token is known by. Its shape is checked before the database is asked.
 * @throws AppError UNAUTHENTICATED
 */
export function hashOfIngestToken(token: string): string {
  const error = tokenError('pai_', token);
  if (error) throw new AppError('UNAUTHENTICATED', `this is not an ingest token: ${error}`);
  return tokenHash(token);
}

/**
 * The actor that an ingest token stands for, which an address sent. It sees no record, whatever guards it.
 * @throws AppError UNAUTHENTICATED
 */
export function ingestActorOf(db: Database, hash: string, ipAddress: string | null): Promise<Actor> {
  const cache = cacheOf(db.origin);
  let actor = cache.get(hash);
  if (!actor) {
    actor = readIngestActor(db, hash, ipAddress);
    actor.catch(() => {});
    cache.set(hash, actor);
  }
  return actor;
}

/** What was revoked is refused in this process at once. */
export function forgetIngestTokens(db: Db): void {
  cacheOf(db.origin).clear();
}

interface TokenRow {
  id: number;
  hint: string;
  name: string;
  source: string | null;
  revokedAt: string | null;
  expiresAt: string | null;
  firstUsedAt: string | null;
  lastUsedAt: string | null;
  refusedAt: string | null;
}

async function readIngestActor(db: Database, hash: string, ipAddress: string | null): Promise<Actor> {
  const time = (column: string) => raw(db.dialect.timeText(column));
  const [row] = await db.query<TokenRow>(
    sql`SELECT id, hint, name, source, revoked_at AS revokedAt, first_used_at AS firstUsedAt,
          ${time('last_used_at')} AS lastUsedAt, ${time('expires_at')} AS expiresAt, ${time('refused_at')} AS refusedAt
        FROM ingest_tokens WHERE hash = ${hash}`,
  );
  if (!row) throw new UnknownToken('ingest token');
  const ended = row.revokedAt ? 'was revoked' : isPast(row.expiresAt) ? `expired at ${row.expiresAt}` : undefined;
  if (ended) {
    await recordRefusal(db, row, ipAddress);
    throw new AppError('UNAUTHENTICATED', `the ingest token ${ended}: generate a new one`);
  }
  if (!row.firstUsedAt) await recordFirstUse(db, row, ipAddress);
  await keepLastUse(db, row, ipAddress);
  return {
    kind: 'INGEST',
    userId: 0,
    userName: actorName(row),
    fullName: row.name,
    roles: [],
    privileges: INGEST_PRIVILEGES,
    scope: 'OWNED_AND_SHARED',
    scopeVersion: 1,
    ingest: { tokenId: row.id, source: row.source },
  };
}

/** Not the name alone: it may be that of a user account. */
function actorName({ name }: TokenRow): string {
  return `${INGEST_TOKEN}${name}`;
}

function recordFirstUse(db: Database, row: TokenRow, ipAddress: string | null): Promise<void> {
  return markToken(db, 'ingest_tokens', row.id, 'first_used_at', sql`first_used_at IS NULL`, by(row, ipAddress), {
    operation: 'Ingest Token First Used',
    reason: describeIngestToken(row),
  });
}

async function recordRefusal(db: Database, row: TokenRow, ipAddress: string | null): Promise<void> {
  if (!isRefusalDue(row)) return;
  await markToken(db, 'ingest_tokens', row.id, 'refused_at', refusalDue(db), by(row, ipAddress), {
    operation: 'Ingest Token Refused',
    outcome: 'FAILURE',
    reason: describeIngestToken(row),
  });
}

async function keepLastUse(db: Database, { id, lastUsedAt }: TokenRow, ipAddress: string | null): Promise<void> {
  const now = Date.now();
  if (lastUsedAt && Date.parse(lastUsedAt) > now - LAST_USE_MILLISECONDS && !isSetBack(lastUsedAt)) return;
  const usedAt = db.dialect.timeValue(new Date(now).toISOString());
  await db.execute(
    sql`UPDATE ingest_tokens SET last_used_at = ${usedAt}, last_used_from = ${ipAddress} WHERE id = ${id}`,
  );
}

function by(row: TokenRow, ipAddress: string | null): Operator {
  return { userId: null, userName: actorName(row), ipAddress, clientType: 'API Client' };
}
