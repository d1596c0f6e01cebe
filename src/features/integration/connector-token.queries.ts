import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import { endsSoon, isPast } from '../../lib/expiry.js';
import { isSetBack } from '../../lib/set-back.js';
import { problemOfUser, readingPrivileges } from './mapped-user.js';
import type { TokenView } from './token-actor.js';

/** A token that was not revoked, with the user whose view it has. */
export interface LiveToken extends TokenView {
  readonly hint: string;
  readonly generatedAt: string;
  readonly generatedBy: string | null;
  readonly tokenExpiresAt: string | null;
  readonly firstUsedAt: string | null;
  readonly savedAt: string | null;
  readonly lastUsedAt: string | null;
  /** The address that its last request came from. */
  readonly lastUsedFrom: string | null;
  /** When Analytics Plus last connected with it. */
  readonly connectedAt: string | null;
  /** The minutes between its imports, as it said then. */
  readonly importEveryMinutes: number | null;
}

/** How long a token waits to be saved. */
const PENDING_MILLISECONDS = 86_400_000;

/** The tokens that were not revoked, in the order in which they were saved or, until then, generated. */
export function liveTokens(db: Db): Promise<LiveToken[]> {
  const time = (column: string, name: string) => raw(`${db.dialect.timeText(column)} AS ${name}`);
  return db.query<LiveToken>(
    sql`SELECT c.id, c.hint, u.id AS userId, u.user_name AS userName, u.status, ${time('u.expires_at', 'expiresAt')},
          u.full_name AS fullName, u.access_scope AS accessScope, u.scope_version AS scopeVersion,
          ${readingPrivileges('c.user_id')} AS privileges, ${time('c.generated_at', 'generatedAt')},
          c.generated_by AS generatedBy,
          ${time('c.expires_at', 'tokenExpiresAt')}, ${time('c.first_used_at', 'firstUsedAt')}, ${time('c.saved_at', 'savedAt')}, ${time('c.last_used_at', 'lastUsedAt')}, c.last_used_from AS lastUsedFrom,
          ${time('p.connected_at', 'connectedAt')}, ${time('p.imported_since', 'importedSince')}, p.modules, p.import_every_minutes AS importEveryMinutes
        FROM connector_tokens c LEFT JOIN user_accounts u ON u.id = c.user_id
          LEFT JOIN analytics_plus p ON p.token_id = c.id
        WHERE c.revoked_at IS NULL ORDER BY COALESCE(c.saved_at, c.generated_at), c.id`,
  );
}

/** Whether a token that was not revoked waits to be saved. */
export function isPending({ savedAt, generatedAt }: Pick<LiveToken, 'savedAt' | 'generatedAt'>): boolean {
  if (savedAt !== null || isSetBack(generatedAt)) return false;
  return Date.parse(generatedAt) > Date.now() - PENDING_MILLISECONDS;
}

/** Says why a token whose time is over is refused; undefined if it is not over. */
export function refusalOfExpired({ tokenExpiresAt }: Pick<LiveToken, 'tokenExpiresAt'>): string | undefined {
  return isPast(tokenExpiresAt) ? `the auth token expired at ${tokenExpiresAt}: generate a new one` : undefined;
}

/** Says why a token is refused, what it may not read, or that it ends soon; null if nothing is wrong. */
export function problemOfToken(token: LiveToken): string | null {
  const soon = endsSoon(token.tokenExpiresAt)
    ? `the auth token expires at ${token.tokenExpiresAt}: generate a new one`
    : null;
  return refusalOfExpired(token) ?? problemOfUser(token) ?? soon;
}

/** The token that takes effect when the integration is saved. */
export function pendingToken(tokens: readonly LiveToken[]): LiveToken | undefined {
  return tokens.findLast(isPending);
}

/** The tokens in effect; the one that was saved last stands last. */
export function tokensInEffect(tokens: readonly LiveToken[]): LiveToken[] {
  return tokens.filter(({ savedAt }) => savedAt !== null);
}

/**
 * Of the tokens in effect the one of Analytics Plus: that which connected last; where none did the one that was used last,
 * and where none was the one that was saved last. A token from the shell for another tool does not take its place.
 */
export function tokenInEffect(tokens: readonly LiveToken[]): LiveToken | undefined {
  const inOrder = tokensInEffect(tokens);
  for (const time of ['connectedAt', 'lastUsedAt'] as const) {
    const marked = inOrder.filter((token) => token[time] !== null);
    if (marked.length > 0) return marked.reduce((last, token) => (token[time]! >= last[time]! ? token : last));
  }
  return inOrder.at(-1);
}
