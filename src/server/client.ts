import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import type { Client } from '../graphql/client.js';
import { plainAddress } from '../lib/network.js';
import type { RequestTurns } from './request-turns.js';
import { endShortWork } from './short-work.js';

/** Who sent a request, and the cookies of its answer. */
export function clientOfRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  config: Config,
  turns: RequestTurns,
): Client {
  const { prefix, options } = cookies(config);
  const [session, device] = [`${prefix}pam_gateway_session`, `${prefix}pam_gateway_device`];
  return {
    ipAddress: forwardedAddress(request.ip),
    name: request.headers['user-agent'] ?? null,
    sessionId: request.cookies[session] ?? null,
    deviceCookie: request.cookies[device] ?? null,
    setSession: (id) => (id === null ? reply.clearCookie(session, options) : reply.setCookie(session, id, options)),
    setDevice: (cookie, lifetime) =>
      reply.setCookie(device, cookie, { ...options, maxAge: Math.floor(lifetime / 1_000) }),
    takesLong: () => endShortWork(request),
    nextPart: () => turns.nextPart(request),
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

/** Over TLS the prefix keeps a page of a neighbouring host from setting the cookies (RFC 6265bis, "The __Host- Prefix"). */
function cookies({ tls, publicUrl }: Config) {
  const secure = tls !== undefined || publicUrl?.startsWith('https:') === true;
  const prefix = secure ? '__Host-' : '';
  return { prefix, options: { path: '/', httpOnly: true, sameSite: 'strict', secure } } as const;
}
