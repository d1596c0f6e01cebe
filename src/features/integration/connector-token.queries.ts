import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../database/db.js';

/** A token that was not revoked. */
export interface LiveToken {
  readonly id: number;
  readonly hint: string;
  /** Null where the user account was deleted. */
  readonly userName: string | null;
  readonly generatedAt: string;
  readonly savedAt: string | null;
  readonly lastUsedAt: string | null;
  /** The address that its last request came from. */
  readonly lastUsedFrom: string | null;
}

/** How long a token waits to be saved. */
const PENDING_MILLISECONDS = 86_400_000;

/** The tokens that were not revoked, in the order in which they were saved or, until then, generated. */
export function liveTokens(db: Db): Promise<LiveToken[]> {
  const time = (column: string, name: string) => raw(`${db.dialect.timeText(`c.${column}`)} AS ${name}`);
  return db.query<LiveToken>(
    sql`SELECT c.id, c.hint, u.user_name AS userName, ${time('generated_at', 'generatedAt')},
          ${time('saved_at', 'savedAt')}, ${time('last_used_at', 'lastUsedAt')}, c.last_used_from AS lastUsedFrom
        FROM connector_tokens c LEFT JOIN user_accounts u ON u.id = c.user_id
        WHERE c.revoked_at IS NULL ORDER BY COALESCE(c.saved_at, c.generated_at), c.id`,
  );
}

/** Whether a token that was not revoked waits to be saved. */
export function isPending({ savedAt, generatedAt }: Pick<LiveToken, 'savedAt' | 'generatedAt'>): boolean {
  return savedAt === null && Date.parse(generatedAt) > Date.now() - PENDING_MILLISECONDS;
}

/** The token that takes effect when the integration is saved. */
export function pendingToken(tokens: readonly LiveToken[]): LiveToken | undefined {
  return tokens.findLast(isPending);
}

/** The tokens in effect; the one that was saved last stands last. */
export function tokensInEffect(tokens: readonly LiveToken[]): LiveToken[] {
  return tokens.filter(({ savedAt }) => savedAt !== null);
}
