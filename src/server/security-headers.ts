import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import { errorBody } from './errors.js';
import { newRequestId } from './log.js';

/** Headers of every answer, by name. An answer that needs another policy, such as a page, replaces its own. */
export type SecurityHeaders = Readonly<Record<string, string>>;

/** One year, as browsers and the HSTS preload list ask for (RFC 6797). */
const HTTPS_ONLY = 'max-age=31536000';

/** Returns the headers that every answer carries, HSTS only if clients reach the gateway over TLS. */
export function securityHeaders({ tls, publicUrl }: Pick<Config, 'tls' | 'publicUrl'>): SecurityHeaders {
  const isSecure = tls !== undefined || publicUrl?.startsWith('https:') === true;
  return {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(isSecure && { 'strict-transport-security': HTTPS_ONLY }),
  };
}

/**
 * Sets the headers before Fastify sees a request, so that answers that skip its hooks have them too: errors of its router,
 * and Node's own answer to an `Expect` header that it does not know.
 */
export function addSecurityHeaders(app: FastifyInstance, headers: SecurityHeaders): void {
  const set = (response: ServerResponse) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  };
  app.server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => set(response));
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    set(response);
    const body = JSON.stringify(errorBody('the Expect header must be 100-continue, or left out', 'BAD_REQUEST'));
    response.setHeader('x-request-id', newRequestId());
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.writeHead(417, { connection: 'close' }).end(body);
  });
}
