import { LRUCache } from 'lru-cache';
import sql, { raw } from 'sql-template-tag';
import type { Database, Db } from '../../database/db.js';
import { insertAll } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { Privilege } from '../../graphql/access.js';
import type { Actor } from '../../graphql/context.js';
import { AppError } from '../../lib/app-error.js';
import { newToken, tokenFault, tokenHash } from '../../lib/token.js';
import { ConnectorToken } from './connector-token.js';

/** What every connector may do, whatever the roles of its user are. */
const CONNECTOR_PRIVILEGES: ReadonlySet<Privilege> = new Set([
  Privilege.READ_RESOURCES,
  Privilege.READ_USER_ACCOUNTS,
  Privilege.READ_AUDITS,
]);

/** Revoking must be felt within a second. */
const CACHE_MILLISECONDS = 500;

const HINT_LENGTH = 10;

/**
 * Makes a connector token that is mapped to a user; it is in effect at once. The token is in the answer and nowhere else.
 * @throws AppError BAD_USER_INPUT where there is no such user, or one that a token would be refused for
 */
export function generateConnectorToken(db: Db, userName: string): Promise<string> {
  return transaction(db, async (tx) => {
    const [user] = await tx.query<{ id: number } & Validity>(
      sql`SELECT id, status, ${raw(tx.dialect.timeText('expires_at'))} AS expiresAt
          FROM user_accounts WHERE user_name = ${userName}`,
    );
    if (!user) throw new AppError('BAD_USER_INPUT', `there is no user account ${JSON.stringify(userName)}`);
    const refused = refusalOfUser(user);
    if (refused) throw new AppError('BAD_USER_INPUT', refused);
    const token = newToken('pag_');
    await insertAll(tx, ConnectorToken, [
      {
        hash: tokenHash(token),
        hint: token.slice(0, HINT_LENGTH),
        userId: user.id,
        generatedAt: new Date().toISOString(),
      },
    ]);
    return token;
  });
}

/** Revokes a connector token; whether it was in effect. */
export async function revokeConnectorToken(db: Db, token: string): Promise<boolean> {
  const now = db.dialect.timeValue(new Date().toISOString());
  const revoked = await db.execute(
    sql`UPDATE connector_tokens SET revoked_at = ${now} WHERE hash = ${tokenHash(token)} AND revoked_at IS NULL`,
  );
  return revoked > 0;
}

const caches = new WeakMap<Database, LRUCache<string, Promise<Actor>>>();

/**
 * The connector that a token stands for. Its shape is checked before the database is asked.
 * @throws AppError UNAUTHENTICATED
 */
export function connectorOf(db: Database, token: string): Promise<Actor> {
  const fault = tokenFault('pag_', token);
  if (fault) throw new AppError('UNAUTHENTICATED', `this is not an auth token: ${fault}`);
  let cache = caches.get(db);
  if (!cache) {
    cache = new LRUCache({ max: 1_000, ttl: CACHE_MILLISECONDS });
    caches.set(db, cache);
  }
  const hash = tokenHash(token);
  let actor = cache.get(hash);
  if (!actor) {
    actor = readConnector(db, hash);
    actor.catch(() => {});
    cache.set(hash, actor);
  }
  return actor;
}

/** What says whether a user account is in use. */
interface Validity {
  status: string;
  expiresAt: string | null;
}

interface TokenRow extends Validity {
  revokedAt: string | null;
  userId: number | null;
  userName: string;
  fullName: string;
  accessScope: Actor['scope'];
  scopeVersion: number;
}

async function readConnector(db: Database, hash: string): Promise<Actor> {
  const expiresAt = db.dialect.timeText('u.expires_at');
  const [row] = await db.query<TokenRow>(sql`
    SELECT c.revoked_at AS revokedAt, u.id AS userId, u.user_name AS userName, u.full_name AS fullName, u.status,
      u.access_scope AS accessScope, u.scope_version AS scopeVersion, ${raw(expiresAt)} AS expiresAt
    FROM connector_tokens c LEFT JOIN user_accounts u ON u.id = c.user_id WHERE c.hash = ${hash}`);
  const refused = refusalOf(row);
  if (!row || refused) throw new AppError('UNAUTHENTICATED', refused!);
  return {
    kind: 'CONNECTOR',
    userId: row.userId!,
    userName: row.userName,
    fullName: row.fullName,
    roles: [],
    privileges: CONNECTOR_PRIVILEGES,
    scope: row.accessScope,
    scopeVersion: row.scopeVersion,
  };
}

function refusalOf(row: TokenRow | undefined): string | undefined {
  if (!row) return 'the auth token is not known here: it may be one of another gateway';
  if (row.revokedAt) return 'the auth token was revoked: generate a new one';
  if (row.userId === null) return 'the user account that the auth token was mapped to was deleted';
  return refusalOfUser(row);
}

function refusalOfUser({ status, expiresAt }: Validity): string | undefined {
  if (status !== 'ACTIVE') return `the user account that the auth token is mapped to is ${status}`;
  if (expiresAt && expiresAt <= new Date().toISOString()) {
    return `the user account that the auth token is mapped to expired at ${expiresAt}`;
  }
  return undefined;
}
