import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import { addressTest, networkOf, plainAddress } from '../lib/network.js';
import { errorBody } from './errors.js';

/** Connections at once, in each process. */
const CONNECTIONS = { ofNetwork: 256, inAll: 2_000 };

const refusal = JSON.stringify(
  errorBody('too many connections are open from your address: close those that you do not use', 'RATE_LIMITED'),
);
const answer = [
  'HTTP/1.1 429 Too Many Requests',
  'Connection: close',
  'Retry-After: 1',
  'Content-Type: application/json; charset=utf-8',
  `Content-Length: ${Buffer.byteLength(refusal)}`,
  '',
  refusal,
].join('\r\n');

/**
 * Bounds the connections of the server, in all and by the network that they come from. Those of a trusted proxy are its
 * clients', so they are bounded in all only.
 */
export function limitConnections(app: FastifyInstance, { trustedProxies }: Config): void {
  const isProxy = trustedProxies.length > 0 ? addressTest(trustedProxies) : () => false;
  const isTls = app.server instanceof TlsServer;
  const open = new Map<string, number>();
  app.server.maxConnections = CONNECTIONS.inAll;
  app.server.prependListener('connection', (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress ?? '');
    if (isProxy(address)) return;
    const network = networkOf(address);
    const number = (open.get(network) ?? 0) + 1;
    open.set(network, number);
    socket.once('close', () => {
      const left = open.get(network)! - 1;
      if (left > 0) open.set(network, left);
      else open.delete(network);
    });
    if (number <= CONNECTIONS.ofNetwork) return;
    // An answer under TLS would cost a handshake.
    if (!isTls) socket.write(answer);
    socket.destroySoon();
  });
}
