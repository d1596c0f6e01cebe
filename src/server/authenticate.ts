import type { Database } from '../database/db.js';
import { connectorOf } from '../features/integration/connector.js';
import type { Actor } from '../graphql/context.js';
import { AppError } from '../lib/app-error.js';

/**
 * Who asks, by the headers of the request as they came: `Authorization: Bearer TOKEN`, or `AUTHTOKEN: TOKEN` as PAM360's
 * own API has it. Null where there is no credential; a bad one is refused and never replaced by another.
 * @throws AppError UNAUTHENTICATED
 */
export async function authenticate(
  db: Database,
  rawHeaders: readonly string[],
  ipAddress: string,
): Promise<Actor | null> {
  const tokens = new Set([
    ...valuesOf(rawHeaders, 'authorization').map(bearerToken),
    ...valuesOf(rawHeaders, 'authtoken').map(bareToken),
  ]);
  if (tokens.size > 1) {
    throw new AppError('UNAUTHENTICATED', 'the request carries more than one auth token: send one');
  }
  const [token] = tokens;
  return token === undefined ? null : connectorOf(db, token, ipAddress);
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
