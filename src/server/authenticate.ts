import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { actorOfSession } from '../features/sign-in/session.service.js';
import type { Client } from '../graphql/client.js';
import type { Actor } from '../graphql/context.js';
import { AppError } from '../lib/app-error.js';
import { connectorWithinBudget } from './token-budget.js';

/**
 * Who asks. A token stands in the headers of the request as they came: `Authorization: Bearer TOKEN`, or `AUTHTOKEN: TOKEN`
 * as PAM360's own API has it; a bad one is refused, and never replaced by the session of a cookie. Null where there is no
 * credential, or a session that has ended: else nobody with an old cookie could sign in.
 * @throws AppError UNAUTHENTICATED or TOO_MANY_ATTEMPTS
 */
export async function authenticate(
  db: Database,
  config: Config,
  { ipAddress, sessionId }: Client,
  rawHeaders: readonly string[],
): Promise<Actor | null> {
  const tokens = new Set([
    ...valuesOf(rawHeaders, 'authorization').map(bearerToken),
    ...valuesOf(rawHeaders, 'authtoken').map(bareToken),
  ]);
  if (tokens.size > 1) {
    throw new AppError('UNAUTHENTICATED', 'the request carries more than one auth token: send one');
  }
  const [token] = tokens;
  if (token !== undefined) return connectorWithinBudget(db, token, ipAddress);
  return sessionId === null ? null : actorOfSession(db, config, sessionId);
}

/** Every value of a header. Node's own `headers` drops the second Authorization. */
function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]!.toLowerCase() === name);
}

function bearerToken(value: string): string {
  const [, token] = /^Bearer +(\S+) *$/i.exec(value) ?? [];
  if (token === undefined) {
    throw new AppError('UNAUTHENTICATED', 'the Authorization header must read: Bearer, a space and the auth token');
  }
  return token;
}

function bareToken(value: string): string {
  if (value.trim() === '')
    throw new AppError('UNAUTHENTICATED', 'the AUTHTOKEN header is empty: it must be the auth token');
  return value.trim();
}
