import sql, { raw } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { findBy, selectList, tableOf } from '../../database/rows.js';
import { AnalyticsPlus } from './analytics-plus.js';
import { type AuthToken, AuthTokenState } from './auth-token.js';
import { type LiveToken, liveTokens, pendingToken, problemOfToken, tokenInEffect } from './connector-token.queries.js';
import { Integration } from './integration.js';
import type { IntegrationState } from './integration.states.js';
import { ModuleImport } from './module-import.js';

/** Minutes between the imports of a connector that did not say. */
const USUAL_SCHEDULE = 60;

/** What an Int of GraphQL holds. */
const MAX_ROWS = 2_147_483_647;

/** The integration with the tokens that were not revoked. */
export interface IntegrationWithTokens extends Integration {
  readonly tokens: readonly LiveToken[];
}

export function readIntegration(db: Db): Promise<IntegrationWithTokens> {
  return read(db, '');
}

/** As `readIntegration`, kept from other transactions until this one ends. It is the first thing that a transaction does. */
export function lockIntegration(tx: Transaction): Promise<IntegrationWithTokens> {
  return read(tx, tx.dialect.forUpdate);
}

async function read(db: Db, lock: string): Promise<IntegrationWithTokens> {
  const [row] = await db.query<Integration>(
    sql`SELECT ${selectList(db.dialect, Integration, tableOf(Integration).columns.keys(), 't')}
        FROM integration t WHERE t.id = 1 ${raw(lock)}`,
  );
  return { ...row!, tokens: await liveTokens(db) };
}

export function stateOf({ status, tokens }: IntegrationWithTokens): IntegrationState {
  return { status, token: authTokenOf(tokens).state };
}

/** The pending token; where there is none, the one in effect. */
export function authTokenOf(tokens: readonly LiveToken[]): AuthToken {
  const pending = pendingToken(tokens);
  const shown = pending ?? tokenInEffect(tokens);
  if (!shown) return none;
  const { userName, hint, generatedAt, savedAt, lastUsedAt } = shown;
  const state = pending ? AuthTokenState.PENDING_SAVE : AuthTokenState.AVAILABLE;
  return { state, userName, hint, generatedAt, savedAt, lastUsedAt, problem: problemOfToken(shown) };
}

const none: AuthToken = {
  state: AuthTokenState.NONE,
  userName: null,
  hint: null,
  generatedAt: null,
  savedAt: null,
  lastUsedAt: null,
  problem: null,
};

/** What Analytics Plus said with the token in effect. */
export async function analyticsPlusOf(db: Db, { tokens }: IntegrationWithTokens): Promise<AnalyticsPlus | null> {
  const token = tokenInEffect(tokens);
  if (!token?.connectedAt) return null;
  const [connection] = await findBy<AnalyticsPlus>(db, AnalyticsPlus, 'tokenId', [token.id]);
  return connection ?? null;
}

/** What was read with the token in effect of the modules that it may read, as of `now`. */
export async function importsOf(db: Db, { tokens }: IntegrationWithTokens, now: string): Promise<ModuleImport[]> {
  const token = tokenInEffect(tokens);
  if (!token) return [];
  const imports = await findBy<ModuleImport>(db, ModuleImport, 'tokenId', [token.id]);
  const earliest = Date.parse(now) - 2 * (token.importEveryMinutes ?? USUAL_SCHEDULE) * 60_000;
  const chosen = token.modules?.split(',');
  const bounded = chosen ? imports.filter(({ module }) => chosen.includes(module)) : imports;
  return bounded.map((read) => ({
    ...read,
    rowCount: Math.min(read.rowCount, MAX_ROWS),
    overdue: Date.parse(read.lastRequestAt) < earliest,
  }));
}
