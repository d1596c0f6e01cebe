import sql from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { transaction } from '../../database/transaction.js';
import { Privilege } from '../../graphql/access.js';
import type { Actor } from '../../graphql/context.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { AppError } from '../../lib/app-error.js';
import { expiryError } from '../../lib/expiry.js';
import { logActivity, type Operator } from '../audits/activity-log.js';
import type { OwnOperation } from '../audits/own-operations.js';
import { type NamedUser, userById, userNamed } from '../users/user-account.queries.js';
import { noUserNamed } from '../users/user-name.js';
import { carryConnection } from './analytics-plus.service.js';
import { forgetConnectors } from './connector.js';
import { pendingToken, tokensInEffect } from './connector-token.queries.js';
import { addToken, revokeTokens, saveToken } from './connector-token.service.js';
import { hostNameError, normalHostName, portError } from './host-name.js';
import type { Integration, IntegrationStatus } from './integration.js';
import { type IntegrationWithTokens, lockIntegration, readIntegration, stateOf } from './integration.queries.js';
import { type IntegrationMutation, nextState } from './integration.states.js';
import { missingPrivileges, refusalOfUser } from './mapped-user.js';
import { hostHeader, type Target } from './target.js';

/** The user that a token is mapped to: by id, which is null if the account was deleted, or as the caller named it. */
export type UserOfToken =
  | { readonly userId: number | null }
  | { readonly userName: string; readonly source: string | null };

/**
 * Decides which user a token is mapped to: the caller itself if no name is given.
 * @throws AppError FORBIDDEN if the caller may not map it to another user
 */
export function userOfToken(
  { userId, userName, privileges }: Actor,
  given: string | null,
  source: string | null = null,
): UserOfToken {
  if ((given === null || given === userName) && source === null) return { userId };
  if (!privileges.has(Privilege.MANAGE_USERS)) {
    throw new AppError(
      'FORBIDDEN',
      'userName: to map a token to another user needs the privilege MANAGE_USERS as well; leave it out to map the token to your own login',
    );
  }
  return { userName: given ?? userName, source };
}

/**
 * Makes a token that takes effect when the integration is saved, in the place of one that waits for it already.
 * @throws UserInputError USER_NOT_FOUND, AMBIGUOUS_USER_NAME, USER_NOT_ACTIVE, MISSING_PRIVILEGE
 */
export async function generateAuthToken(
  db: Db,
  operator: Operator,
  mapped: UserOfToken,
  expiresAt: string | null = null,
): Promise<string> {
  const badExpiry = expiryError(expiresAt);
  if (badExpiry) throw new UserInputError('INVALID_EXPIRY', badExpiry, ['expiresAt']);
  return change(db, operator, 'generateAuthToken', async (tx, { tokens }) => {
    const user = await checkedUser(tx, mapped);
    const before = pendingToken(tokens);
    if (before) await revokeTokens(tx, operator, [before]);
    const { token } = await addToken(tx, operator, user, expiresAt);
    return token;
  });
}

/**
 * Stores where Analytics Plus is and enables the integration. A pending token takes effect, and all that were in effect
 * are revoked; the new one is narrowed to what they were narrowed to.
 * @throws UserInputError INVALID_HOST_NAME, INVALID_PORT_NUMBER; USER_NOT_FOUND, USER_NOT_ACTIVE, MISSING_PRIVILEGE of the token's user
 */
export async function saveIntegration(db: Db, operator: Operator, given: Target): Promise<void> {
  const target = checkedTarget(given);
  await change(db, operator, 'saveIntegration', async (tx, integration) => {
    await storeTarget(tx, operator, integration, target);
    const pending = pendingToken(integration.tokens);
    if (!pending) return;
    // What the user may do may have been taken away since the token was generated.
    await checkedUser(tx, pending);
    const before = tokensInEffect(integration.tokens);
    await carryConnection(tx, before, pending);
    await revokeTokens(tx, operator, before);
    await saveToken(tx, operator, pending);
  });
}

/** @throws UserInputError NOT_CONFIGURED */
export function enableIntegration(db: Db, operator: Operator): Promise<void> {
  return change(db, operator, 'enableIntegration', async () => {});
}

/** @throws UserInputError NOT_CONFIGURED */
export function disableIntegration(db: Db, operator: Operator): Promise<void> {
  return change(db, operator, 'disableIntegration', async () => {});
}

/** Revokes every token and forgets the rest. */
export function removeIntegration(db: Db, operator: Operator): Promise<void> {
  return change(db, operator, 'removeIntegration', async (tx, { tokens }) => {
    await revokeTokens(tx, operator, tokens);
    await tx.execute(sql`UPDATE integration SET host_name = NULL, port_number = NULL WHERE id = 1`);
  });
}

/** Does what a mutation does, where the state allows it, while no other one can. */
async function change<T>(
  db: Db,
  operator: Operator,
  mutation: IntegrationMutation,
  work: (tx: Transaction, integration: IntegrationWithTokens) => Promise<T>,
): Promise<T> {
  const result = await transaction(db, async (tx) => {
    const integration = await lockIntegration(tx);
    const next = nextState(mutation, stateOf(integration));
    if (next === 'NOT_CONFIGURED') {
      throw new UserInputError(next, 'nothing was saved yet: save host name and port number first, which enables, too');
    }
    const result = await work(tx, integration);
    await setStatus(tx, operator, integration, next.status);
    const after = stateOf(await readIntegration(tx));
    if (after.token !== next.token) throw new Error(`${mutation} led to ${after.token}, not to ${next.token}`);
    return result;
  });
  forgetConnectors(db);
  return result;
}

const statusOperations: Record<IntegrationStatus, OwnOperation> = {
  ENABLED: 'Integration Enabled',
  DISABLED: 'Integration Disabled',
  NOT_CONFIGURED: 'Integration Removed',
};

async function setStatus(
  tx: Transaction,
  operator: Operator,
  before: Integration,
  status: IntegrationStatus,
): Promise<void> {
  if (status === before.status) return;
  await tx.execute(sql`UPDATE integration SET status = ${status} WHERE id = 1`);
  await logActivity(tx, operator, { operation: statusOperations[status] });
}

function checkedTarget({ hostName, portNumber }: Target): Target {
  const badName = hostNameError(hostName);
  if (badName) throw new UserInputError('INVALID_HOST_NAME', badName, ['input', 'hostName']);
  const badPort = portError(portNumber);
  if (badPort) throw new UserInputError('INVALID_PORT_NUMBER', badPort, ['input', 'portNumber']);
  return { hostName: normalHostName(hostName), portNumber };
}

async function storeTarget(tx: Transaction, operator: Operator, before: Integration, target: Target): Promise<void> {
  const { hostName, portNumber } = target;
  if (before.hostName === hostName && before.portNumber === portNumber) return;
  await tx.execute(sql`UPDATE integration SET host_name = ${hostName}, port_number = ${portNumber} WHERE id = 1`);
  const reason = `${targetOf(before) ?? 'nothing'} -> ${hostHeader(target)}`;
  await logActivity(tx, operator, { operation: 'Integration Saved', reason });
}

/** Host and port, as in analytics.example.com:8443; null until both are saved. */
export function targetOf({ hostName, portNumber }: Integration): string | null {
  return hostName === null || portNumber === null ? null : hostHeader({ hostName, portNumber });
}

/** Finds the user of a token, and checks that it may have one. */
async function checkedUser(tx: Transaction, mapped: UserOfToken): Promise<NamedUser> {
  const field = ['userName'];
  const isById = 'userId' in mapped;
  const user = isById ? await userById(tx, mapped.userId ?? 0) : await userNamed(tx, mapped.userName, mapped.source);
  if (!user) {
    const message = isById
      ? "the token's user account was deleted: generate another token"
      : noUserNamed(mapped.userName, mapped.source);
    throw new UserInputError('USER_NOT_FOUND', message, field);
  }
  const refused = refusalOfUser(user);
  if (refused) throw new UserInputError('USER_NOT_ACTIVE', refused, field);
  const missing = await missingPrivileges(tx, user.id);
  if (missing.length > 0) {
    const message = `${user.userName} may not read all three modules: give it a role with ${missing.join(', ')}`;
    throw new UserInputError('MISSING_PRIVILEGE', message, field);
  }
  return user;
}
