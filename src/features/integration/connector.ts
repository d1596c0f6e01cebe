import { LRUCache } from 'lru-cache';
import sql, { raw } from 'sql-template-tag';
import type { Database, Db } from '../../database/db.js';
import type { Actor } from '../../graphql/context.js';
import { AppError } from '../../lib/app-error.js';
import { tokenError, tokenHash } from '../../lib/token.js';
import { UnknownToken } from '../../lib/unknown-token.js';
import { weakMemo } from '../../lib/weak-memo.js';
import type { Activity, Operator } from '../audits/activity-log.js';
import { isRefusalDue, markToken, refusalDue } from '../audits/marked-token.js';
import { isPending, refusalOfExpired } from './connector-token.queries.js';
import { IntegrationStatus } from './integration.js';
import { readingPrivileges, refusalOfMappedUser } from './mapped-user.js';
import { actorOfToken, type TokenView } from './token-actor.js';

/** Revoking must be felt within a second. */
const CACHE_MILLISECONDS = 500;

const cacheOf = weakMemo<Db, LRUCache<string, Promise<Actor>>>(
  () => new LRUCache({ max: 1_000, ttl: CACHE_MILLISECONDS }),
);

/**
 * What a token is known by. Its shape is checked before the database is asked.
 * @throws AppError UNAUTHENTICATED
 */
export function hashOfToken(token: string): string {
  const error = tokenError('pag_', token);
  if (error) throw new AppError('UNAUTHENTICATED', `this is not an auth token: ${error}`);
  return tokenHash(token);
}

/**
 * The connector that a token stands for, which an address sent.
 * @throws AppError UNAUTHENTICATED
 */
export function connectorOf(db: Database, hash: string, ipAddress: string | null): Promise<Actor> {
  const cache = cacheOf(db.origin);
  let actor = cache.get(hash);
  if (!actor) {
    actor = readConnector(db, hash, ipAddress);
    actor.catch(() => {});
    cache.set(hash, actor);
  }
  return actor;
}

/** What was changed of tokens or of the integration holds in this process at once. */
export function forgetConnectors(db: Db): void {
  cacheOf(db.origin).clear();
}

interface TokenRow extends TokenView {
  hint: string;
  generatedAt: string;
  savedAt: string | null;
  revokedAt: string | null;
  tokenExpiresAt: string | null;
  firstUsedAt: string | null;
  refusedAt: string | null;
  integrationStatus: IntegrationStatus;
}

async function readConnector(db: Database, hash: string, ipAddress: string | null): Promise<Actor> {
  const time = (column: string) => raw(db.dialect.timeText(column));
  const [row] = await db.query<TokenRow>(sql`
    SELECT c.id, c.hint, ${time('c.generated_at')} AS generatedAt, c.saved_at AS savedAt,
      ${time('c.expires_at')} AS tokenExpiresAt, c.revoked_at AS revokedAt,
      c.first_used_at AS firstUsedAt, ${time('c.refused_at')} AS refusedAt,
      u.id AS userId, u.user_name AS userName, u.full_name AS fullName, u.status, ${time('u.expires_at')} AS expiresAt,
      ${readingPrivileges('c.user_id')} AS privileges, u.access_scope AS accessScope, u.scope_version AS scopeVersion,
      i.status AS integrationStatus, p.modules, ${time('p.imported_since')} AS importedSince
    FROM connector_tokens c JOIN integration i ON i.id = 1
      LEFT JOIN user_accounts u ON u.id = c.user_id LEFT JOIN analytics_plus p ON p.token_id = c.id
    WHERE c.hash = ${hash}`);
  if (!row) throw new UnknownToken('auth token');
  const refused = refusalOf(row);
  if (refused) {
    if (refused.isRecorded) await recordRefusal(db, row, refused.message, ipAddress);
    throw new AppError('UNAUTHENTICATED', refused.message);
  }
  if (!row.firstUsedAt) await recordFirstUse(db, row, ipAddress);
  return actorOfToken(row);
}

/** Why a token is refused, and whether that is recorded: what somebody took away is, what was never there is not. */
interface Refusal {
  readonly message: string;
  readonly isRecorded: boolean;
}

function refusalOf(row: TokenRow): Refusal | undefined {
  if (row.revokedAt) return { message: 'the auth token was revoked: generate a new one', isRecorded: true };
  const expired = refusalOfExpired(row);
  if (expired) return { message: expired, isRecorded: true };
  if (!row.savedAt) {
    const message = isPending(row)
      ? 'the auth token was not saved yet: it takes effect when the integration is saved'
      : 'the auth token expired unsaved, a day after it was generated: generate a new one, and save the integration';
    return { message, isRecorded: false };
  }
  if (row.integrationStatus === IntegrationStatus.DISABLED) return { message: DISABLED, isRecorded: false };
  const ofUser = refusalOfMappedUser(row);
  return ofUser === undefined ? undefined : { message: ofUser, isRecorded: true };
}

const DISABLED =
  'the integration is disabled, and with it every auth token: a user with the role ManageEngine Integration can enable it';

function recordFirstUse(db: Database, row: TokenRow, ipAddress: string | null): Promise<void> {
  return markToken(db, 'connector_tokens', row.id, 'first_used_at', sql`first_used_at IS NULL`, by(row, ipAddress), {
    operation: 'Auth Token First Used',
    ...about(row),
  });
}

async function recordRefusal(db: Database, row: TokenRow, message: string, ipAddress: string | null): Promise<void> {
  if (!isRefusalDue(row)) return;
  const { hint, userName } = row;
  await markToken(db, 'connector_tokens', row.id, 'refused_at', refusalDue(db), by(row, ipAddress), {
    operation: 'Auth Token Refused',
    outcome: 'FAILURE',
    userName,
    reason: `the token ${hint}...: ${message}`,
  });
}

function by({ userId, userName }: TokenRow, ipAddress: string | null): Operator {
  return { userId, userName: userName ?? 'Unknown', ipAddress, clientType: 'API Client' };
}

function about({ userName, hint }: TokenRow): Pick<Activity, 'userName' | 'reason'> {
  return { userName, reason: `the token ${hint}...` };
}
