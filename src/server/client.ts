import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import type { Client } from '../graphql/client.js';
import { plainAddress } from '../lib/network.js';

/** Who sent a request, and the cookie of its answer. */
export function clientOfRequest(request: FastifyRequest, reply: FastifyReply, config: Config): Client {
  const { name, options } = sessionCookie(config);
  return {
    ipAddress: forwardedAddress(request.ip),
    sessionId: request.cookies[name] ?? null,
    setSession: (id) => (id === null ? reply.clearCookie(name, options) : reply.setCookie(name, id, options)),
  };
}

/**
 * Reads an address as a proxy forwards it: with or without a port, IPv6 in brackets or not, maybe in quotation marks (RFC 7239,
 * section 6, and what load balancers write into X-Forwarded-For). Null if it is not an address, as in `unknown`.
 */
export function forwardedAddress(text: string): string | null {
  const [, bracketed, v4] = /^"?(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})"?$/.exec(text) ?? [];
  const address = plainAddress(bracketed ?? v4 ?? text.replace(/^"(.*)"$/, '$1'));
  return isIP(address) ? address : null;
}

/** Over TLS the name keeps a page of a neighbouring host from setting the cookie (RFC 6265bis, "The __Host- Prefix"). */
function sessionCookie({ tls, publicUrl }: Config) {
  const secure = tls !== undefined || publicUrl?.startsWith('https:') === true;
  const name = secure ? '__Host-pam_gateway_session' : 'pam_gateway_session';
  return { name, options: { path: '/', httpOnly: true, sameSite: 'strict', secure } } as const;
}
