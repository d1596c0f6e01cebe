import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { actorOfSession } from '../features/sign-in/session.service.js';
import type { Client } from '../graphql/client.js';
import type { Actor } from '../graphql/context.js';
import { AppError } from '../lib/app-error.js';
import { lookUpToken, type OnTokenRefused } from './token-lookup.js';

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
  onTokenRefused: OnTokenRefused,
): Promise<Actor | null> {
  const token = tokenOf(rawHeaders);
  if (token !== undefined) return lookUpToken(db, token, ipAddress, onTokenRefused);
  return sessionId === null ? null : actorOfSession(db, config, sessionId, ipAddress);
}

/** The one token of a request, however often it is sent. Node's own `headers` drops the second Authorization. */
function tokenOf(rawHeaders: readonly string[]): string | undefined {
  let token: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const read = readers.get(rawHeaders[at]!.toLowerCase());
    if (!read) continue;
    const found = read(rawHeaders[at + 1]!);
    if (found !== (token ?? found)) {
      throw new AppError('UNAUTHENTICATED', 'the request carries more than one token: send one');
    }
    token = found;
  }
  return token;
}

/** How a token is read, by the names of headers. */
const readers: ReadonlyMap<string, (value: string) => string> = new Map([
  ['authorization', bearerToken],
  ['authtoken', bareToken],
]);

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
