import sql, { join } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { deleteBy, findBy, insertAll } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { AppError } from '../../lib/app-error.js';
import { expiryError } from '../../lib/expiry.js';
import { newToken, tokenHash } from '../../lib/token.js';
import { commandLine, logActivity, type Operator } from '../audits/activity-log.js';
import type { OwnOperation } from '../audits/own-operations.js';
import { type NamedUser, userNamed } from '../users/user-account.queries.js';
import { noUserNamed } from '../users/user-name.js';
import { AnalyticsPlus } from './analytics-plus.js';
import { forgetConnectors } from './connector.js';
import { ConnectorToken } from './connector-token.js';
import type { LiveToken } from './connector-token.queries.js';
import { lockIntegration } from './integration.queries.js';
import { missingPrivileges, refusalForMissing, refusalOfUser } from './mapped-user.js';
import { ModuleImport } from './module-import.js';

const HINT_LENGTH = 10;

/** What says which token is meant. */
type NamedToken = Pick<LiveToken, 'id' | 'hint' | 'userName'>;

/**
 * Makes a token that is in effect at once, beside those that are: whoever runs a command decides that alone. The token is
 * in the answer and nowhere else.
 * @throws AppError BAD_USER_INPUT if there is no such user, or a token of it would be refused; UserInputError AMBIGUOUS_USER_NAME
 */
export async function generateConnectorToken(
  db: Db,
  userName: string,
  source: string | null = null,
  expiresAt: string | null = null,
): Promise<string> {
  const badExpiry = expiryError(expiresAt);
  if (badExpiry) throw new AppError('BAD_USER_INPUT', badExpiry);
  return transaction(db, async (tx) => {
    await lockIntegration(tx);
    const user = await userNamed(tx, userName, source);
    if (!user) throw new AppError('BAD_USER_INPUT', noUserNamed(userName, source));
    const refused = refusalOfUser(user) ?? refusalForMissing(await missingPrivileges(tx, user.id));
    if (refused) throw new AppError('BAD_USER_INPUT', refused);
    const { token, named } = await addToken(tx, commandLine, user, expiresAt);
    await saveToken(tx, commandLine, named);
    return token;
  });
}

/** Revokes a token; whether it was there to be revoked. */
export function revokeConnectorToken(db: Db, token: string): Promise<boolean> {
  return transaction(db, async (tx) => {
    const { tokens } = await lockIntegration(tx);
    const [stored] = await findBy<ConnectorToken>(tx, ConnectorToken, 'hash', [tokenHash(token)]);
    const named = tokens.find(({ id }) => id === stored?.id);
    if (!named) return false;
    await revokeTokens(tx, commandLine, [named]);
    return true;
  });
}

/** Revokes the token of an id; whether there was one. */
export async function revokeConnectorTokenById(db: Db, operator: Operator, id: number): Promise<boolean> {
  const revoked = await transaction(db, async (tx) => {
    const named = (await lockIntegration(tx)).tokens.find((token) => token.id === id);
    if (named) await revokeTokens(tx, operator, [named]);
    return named !== undefined;
  });
  forgetConnectors(db);
  return revoked;
}

/** Adds a token that waits to be saved. The caller holds the integration. */
export async function addToken(
  tx: Transaction,
  operator: Operator,
  { id: userId, userName }: NamedUser,
  expiresAt: string | null,
): Promise<{ token: string; named: NamedToken }> {
  const token = newToken('pag_');
  const hash = tokenHash(token);
  const hint = token.slice(0, HINT_LENGTH);
  await insertAll(tx, ConnectorToken, [
    { hash, hint, userId, generatedAt: new Date().toISOString(), generatedBy: operator.userName, expiresAt },
  ]);
  const [stored] = await findBy<ConnectorToken>(tx, ConnectorToken, 'hash', [hash]);
  const named = { id: stored!.id, hint, userName };
  await record(tx, operator, 'Auth Token Generated', named);
  return { token, named };
}

/** Puts a token into effect. The caller holds the integration. */
export async function saveToken(tx: Transaction, operator: Operator, token: NamedToken): Promise<void> {
  const now = tx.dialect.timeValue(new Date().toISOString());
  await tx.execute(sql`UPDATE connector_tokens SET saved_at = ${now} WHERE id = ${token.id}`);
  await record(tx, operator, 'Auth Token Saved', token);
}

/** Revokes tokens, and forgets who connected with them and what was read. The caller holds the integration. */
export async function revokeTokens(tx: Transaction, operator: Operator, tokens: readonly NamedToken[]): Promise<void> {
  if (tokens.length === 0) return;
  const ids = tokens.map(({ id }) => id);
  const now = tx.dialect.timeValue(new Date().toISOString());
  await tx.execute(sql`UPDATE connector_tokens SET revoked_at = ${now} WHERE id IN (${join(ids)})`);
  await deleteBy(tx, AnalyticsPlus, 'tokenId', ids);
  await deleteBy(tx, ModuleImport, 'tokenId', ids);
  for (const token of tokens) await record(tx, operator, 'Auth Token Revoked', token);
}

function record(
  tx: Transaction,
  operator: Operator,
  operation: OwnOperation,
  { hint, userName }: NamedToken,
): Promise<void> {
  const reason = `the token ${hint}..., mapped to ${userName ?? 'a user account that was deleted'}`;
  return logActivity(tx, operator, { operation, userName, reason });
}
