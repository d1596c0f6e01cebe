import type { IncomingHttpHeaders } from 'node:http';
import type { Database } from '../database/db.js';
import { connectorOf } from '../features/integration/connector-token.service.js';
import type { Actor } from '../graphql/context.js';
import { AppError } from '../lib/app-error.js';

/**
 * Who asks, by the headers of the request: `Authorization: Bearer TOKEN`, or `AUTHTOKEN: TOKEN` as PAM360's own API has
 * it. Null where there is no credential; a bad one is refused and never replaced by another.
 * @throws AppError UNAUTHENTICATED
 */
export async function authenticate(db: Database, headers: IncomingHttpHeaders): Promise<Actor | null> {
  const tokens = [bearerToken(headers.authorization), headers.authtoken].filter((token) => token !== undefined);
  const [token, other] = tokens;
  if (token === undefined) return null;
  if (typeof token !== 'string' || (other !== undefined && other !== token)) {
    throw new AppError('UNAUTHENTICATED', 'the request carries more than one auth token: send one');
  }
  return connectorOf(db, token);
}

function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [, token] = /^Bearer +(\S+) *$/i.exec(header) ?? [];
  if (token === undefined) {
    throw new AppError('UNAUTHENTICATED', 'the Authorization header must read: Bearer, a space and the auth token');
  }
  return token;
}
