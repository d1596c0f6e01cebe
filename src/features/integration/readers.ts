import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import type { Actor } from '../../graphql/context.js';
import { isActive } from '../users/validity.js';
import { type LiveToken, liveTokens, refusalOfExpired } from './connector-token.queries.js';
import { readingPrivileges, refusalOfMappedUser } from './mapped-user.js';
import { actorOfToken, type TokenView } from './token-actor.js';

/** Who reads records here: an auth token in effect, or a user who can sign in. */
export interface Reader {
  readonly isToken: boolean;
  /** The user whose view it has, and of a token which one it is. */
  readonly name: string;
  /** Says why it is refused; then there is no actor. */
  readonly refused?: string;
  readonly actor?: Actor;
}

/** The reader that an auth token makes its holder. */
export function readerOfToken(token: LiveToken): Reader {
  const { id, hint, userName } = token;
  const reader = { isToken: true, name: `${userName ?? 'nobody'} by auth-${id} (${hint}...)` };
  const refused = refusalOfExpired(token) ?? refusalOfMappedUser(token);
  return refused === undefined ? { ...reader, actor: actorOfToken(token) } : { ...reader, refused };
}

/** Lists tokens in effect and users who can sign in, at most so many of each. */
export async function readReaders(db: Db, most: number): Promise<Reader[]> {
  const tokens = (await liveTokens(db)).filter(({ savedAt }) => savedAt !== null);
  return [...tokens.slice(0, most).map(readerOfToken), ...(await readSignIns(db, most))];
}

async function readSignIns(db: Db, most: number): Promise<Reader[]> {
  const rows = await db.query<TokenView>(
    sql`SELECT 0 AS id, u.id AS userId, u.user_name AS userName, u.full_name AS fullName, u.status,
          ${raw(db.dialect.timeText('u.expires_at'))} AS expiresAt, u.access_scope AS accessScope,
          u.scope_version AS scopeVersion, ${readingPrivileges('u.id')} AS privileges,
          NULL AS modules, NULL AS importedSince
        FROM passwords w JOIN user_accounts u ON u.id = w.user_id ORDER BY u.user_name, u.id LIMIT ${most}`,
  );
  return rows.map((user) => {
    const reader = { isToken: false, name: `${user.userName} by signing in` };
    const { status, expiresAt } = user;
    if (isActive({ status: status!, expiresAt }, Date.now())) return { ...reader, actor: actorOfToken(user) };
    return {
      ...reader,
      refused: `the user account ${status === 'ACTIVE' ? `expired at ${expiresAt}` : `is ${status}`}`,
    };
  });
}
