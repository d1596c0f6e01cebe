import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import type { Client } from '../graphql/client.js';

/** Who sent a request, and the cookie of its answer. */
export function clientOfRequest(request: FastifyRequest, reply: FastifyReply, config: Config): Client {
  const { name, options } = sessionCookie(config);
  return {
    // A proxy may hand on anything.
    ipAddress: isIP(request.ip) ? request.ip : null,
    sessionId: request.cookies[name] ?? null,
    setSession: (id) => (id === null ? reply.clearCookie(name, options) : reply.setCookie(name, id, options)),
  };
}

/** Over TLS the name keeps a page of a neighbouring host from setting the cookie (RFC 6265bis, "The __Host- Prefix"). */
function sessionCookie({ tls, publicUrl }: Config) {
  const secure = tls !== undefined || publicUrl?.startsWith('https:') === true;
  const name = secure ? '__Host-pam_gateway_session' : 'pam_gateway_session';
  return { name, options: { path: '/', httpOnly: true, sameSite: 'strict', secure } } as const;
}
