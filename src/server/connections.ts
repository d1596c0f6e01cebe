import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import { addressTest, networkOf, plainAddress } from '../lib/network.js';
import { TokenBuckets } from '../lib/token-buckets.js';
import { errorBody } from './errors.js';

/** Connections at once, in each process. */
const CONNECTIONS = { ofNetwork: 256, inAll: 2_000 };

/** Refusals of a second that say why. Further connections are closed without an answer, which costs less. */
const ANSWERS = { capacity: 100, refill: 10, buckets: 1 };

/** Why a connection is refused: too many are open from its address, or in all. */
export const CONNECTION_REFUSALS = ['address', 'all'] as const;
export type ConnectionRefusal = (typeof CONNECTION_REFUSALS)[number];

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
 * clients', so they are bounded in all only. `onRefused` is told of each that is refused.
 */
export function limitConnections(
  app: FastifyInstance,
  { trustedProxies }: Config,
  onRefused: (reason: ConnectionRefusal) => void,
): void {
  const isProxy = trustedProxies.length > 0 ? addressTest(trustedProxies) : () => false;
  const isTls = app.server instanceof TlsServer;
  const open = new Map<string, number>();
  const answers = new TokenBuckets(ANSWERS);
  app.server.maxConnections = CONNECTIONS.inAll;
  app.server.on('drop', () => onRefused('all'));
  const serve = app.server.listeners('connection');
  app.server.removeAllListeners('connection');
  app.server.on('connection', (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress ?? '');
    const network = networkOf(address);
    if (!isProxy(address)) {
      const number = open.get(network) ?? 0;
      if (number >= CONNECTIONS.ofNetwork) {
        onRefused('address');
        // An answer under TLS would cost a handshake.
        refuse(socket, !isTls && answers.take('all') === 0);
        return;
      }
      open.set(network, number + 1);
      socket.once('close', () => {
        const left = open.get(network)! - 1;
        if (left > 0) open.set(network, left);
        else open.delete(network);
      });
    }
    for (const listener of serve) listener.call(app.server, socket);
  });
}

/** Ends a connection before anything is set up for it. */
function refuse(socket: Socket, saysWhy: boolean): void {
  socket.on('error', () => {});
  if (saysWhy) socket.end(answer, () => socket.destroy());
  else socket.destroy();
}
