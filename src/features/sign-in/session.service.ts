import { randomBytes } from 'node:crypto';
import sql, { raw } from 'sql-template-tag';
import type { Config } from '../../config.js';
import type { Db, Transaction } from '../../database/db.js';
import { insertAll } from '../../database/rows.js';
import type { Privilege } from '../../graphql/access.js';
import type { Client } from '../../graphql/client.js';
import type { Actor } from '../../graphql/context.js';
import { isSetBack } from '../../lib/set-back.js';
import { sha256 } from '../../lib/sha256.js';
import { CLIENT_NAME_LENGTH, Session } from '../users/session.js';
import { isActive, type Validity } from '../users/validity.js';

type Limits = Pick<Config, 'sessionIdleTime' | 'sessionTime'>;

/** Milliseconds between two notes that a session is in use: a write at each request would be in the way of all others. */
const NOTED_EVERY = 60_000;

/** 256 random bits. */
export function newSessionId(): string {
  return randomBytes(32).toString('base64url');
}

/** Who signs in, as sessions keep it. */
type SignsIn = Pick<Client, 'ipAddress' | 'name'>;

export function startSession(tx: Transaction, id: string, userId: number, { ipAddress, name }: SignsIn): Promise<void> {
  const now = new Date().toISOString();
  // What is cut in the middle of a character is no text for a database.
  const clientName = name === null ? null : [...name.toWellFormed()].slice(0, CLIENT_NAME_LENGTH).join('');
  const seen = { lastSeenAt: now, lastSeenFrom: ipAddress };
  return insertAll(tx, Session, [{ hash: sha256(id), userId, createdAt: now, ...seen, clientName }]);
}

/** Ends a session; whether there was one. */
export async function endSession(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.execute(sql`DELETE FROM sessions WHERE hash = ${sha256(id)}`)) > 0;
}

/**
 * The user whose session this is, as the database has it now: what is taken away is gone with the next request. Null
 * if the session has ended. A session ends for good when its user account is not in use, or its time is over.
 */
export async function actorOfSession(
  db: Db,
  limits: Limits,
  id: string,
  from: string | null = null,
): Promise<Actor | null> {
  if (!/^[\w-]{43}$/.test(id)) return null;
  const hash = sha256(id);
  const [row, given] = await Promise.all([readSession(db, hash), readGiven(db, hash)]);
  const now = Date.now();
  if (!row) return null;
  if (!isActive(row, now) || !isAlive(row, limits, now)) {
    // If it fails, the session is refused all the same, and the next request tries again.
    await db.execute(sql`DELETE FROM sessions WHERE hash = ${hash}`).catch(() => {});
    return null;
  }
  noteUse(db, hash, from, row, limits, now);
  const { userId, userName, fullName, scope, scopeVersion } = row;
  return { kind: 'SESSION', userId, userName, fullName, scope, scopeVersion, ...given };
}

type SessionRow = Pick<Actor, 'userId' | 'userName' | 'fullName' | 'scope' | 'scopeVersion'> &
  Pick<Session, 'createdAt' | 'lastSeenAt'> &
  Validity;

async function readSession(db: Db, hash: string): Promise<SessionRow | undefined> {
  const time = (column: string) => raw(db.dialect.timeText(column));
  const [row] = await db.query<SessionRow>(sql`
    SELECT u.id AS userId, u.user_name AS userName, u.full_name AS fullName, u.access_scope AS scope,
      u.scope_version AS scopeVersion, u.status, ${time('u.expires_at')} AS expiresAt,
      ${time('s.created_at')} AS createdAt, ${time('s.last_seen_at')} AS lastSeenAt
    FROM sessions s JOIN user_accounts u ON u.id = s.user_id WHERE s.hash = ${hash}`);
  return row;
}

/** The roles that are given here to the user of a session, and what they allow. */
async function readGiven(db: Db, hash: string): Promise<Pick<Actor, 'roles' | 'privileges'>> {
  const rows = await db.query<{ role: string; privilege: Privilege | null }>(sql`
    SELECT r.name AS role, p.privilege FROM sessions s
    JOIN role_assignments a ON a.user_id = s.user_id
    JOIN roles r ON r.id = a.role_id
    LEFT JOIN role_privileges p ON p.role_id = r.id
    WHERE s.hash = ${hash} ORDER BY r.name`);
  const privileges = rows.map(({ privilege }) => privilege).filter((privilege) => privilege !== null);
  return { roles: [...new Set(rows.map(({ role }) => role))], privileges: new Set(privileges) };
}

/** What the clock cannot tell the age of, since it was set back, has ended. */
function isAlive(
  { createdAt, lastSeenAt }: SessionRow,
  { sessionIdleTime, sessionTime }: Limits,
  now: number,
): boolean {
  if (isSetBack(createdAt) || isSetBack(lastSeenAt)) return false;
  return Date.parse(createdAt) + sessionTime > now && Date.parse(lastSeenAt) + sessionIdleTime > now;
}

/** Nobody waits for it. Where it fails the next request tries again. */
function noteUse(
  db: Db,
  hash: string,
  from: string | null,
  { lastSeenAt }: SessionRow,
  { sessionIdleTime }: Limits,
  now: number,
): void {
  // A session that ends after a minute without a request must not end because one was not noted.
  const every = Math.min(NOTED_EVERY, sessionIdleTime / 4);
  if (Date.parse(lastSeenAt) + every > now) return;
  const [seen, since] = [now, now - every].map((time) => db.dialect.timeValue(new Date(time).toISOString()));
  db.execute(
    sql`UPDATE sessions SET last_seen_at = ${seen}, last_seen_from = COALESCE(${from}, last_seen_from)
        WHERE hash = ${hash} AND last_seen_at <= ${since}`,
  ).catch(() => {});
}
