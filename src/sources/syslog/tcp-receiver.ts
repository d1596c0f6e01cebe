import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { type TLSSocket, Server as TlsServer } from 'node:tls';
import type { ListenAddress } from '../../lib/listen-address.js';
import { networkOf } from '../../lib/network.js';
import { handshakeError } from './handshake-error.js';
import type { Intake } from './intake.js';
import type { Log } from './log.js';
import { type ConnectionLimits, type Place, Places } from './places.js';
import type { Reason } from './refusals.js';
import { plainAddress } from './senders.js';
import { acceptWhatCameAndClose, drain } from './stop-streams.js';
import { Stream } from './stream.js';

/** Connections of a listener at once, in each process. */
const LIMITS: ConnectionLimits = { inAll: 256, ofOneAddress: 128 };

/** Milliseconds between looks for counted messages that do not get whole. */
const LOOK_EVERY = 1_000;

/** A connection, from the moment that it was accepted. */
interface Connection extends Place {
  readonly sender: string;
  readonly socket: Socket;
  /** Whether it was refused, or may be read from: what happens to its handshake says nothing more. */
  isDecided: boolean;
}

/**
 * Listens, and takes in what the connections of `server` bring, until `stop` is aborted; then reads what was already
 * sent. `bound` is told the address while there is one.
 * @throws Error where it cannot listen, or can no longer
 */
export async function receiveTcp(
  server: Server,
  { host, port, text }: ListenAddress,
  intake: Intake,
  bound: (address: string | undefined) => void,
  stop: AbortSignal,
  log: Log,
): Promise<void> {
  const streams = new Set<Stream>();
  const places = new Places<Connection>(LIMITS);
  /** By the address and port of the sender, by which a TLS socket is told to belong to one. */
  const byPeer = new Map<string, Connection>();
  /** Connections that ended before their handshake, of which the TLS server has not said yet why. */
  const ended: Connection[] = [];
  const { counts, refusals } = intake;

  const refuse = (connection: Connection, reason: Reason): void => {
    if (connection.isDecided) return;
    connection.isDecided = true;
    counts.refusedConnections++;
    refusals.add(reason, connection.sender);
    connection.socket.destroy();
  };
  const accept = (socket: Socket): void => {
    const sender = plainAddress(socket.remoteAddress ?? '');
    const connection: Connection = {
      sender,
      network: networkOf(sender),
      socket,
      lastAt: performance.now(),
      hasSent: false,
      isDecided: false,
    };
    const peer = peerOf(socket);
    byPeer.set(peer, connection);
    socket.once('close', () => {
      places.delete(connection);
      byPeer.delete(peer);
      if (server instanceof TlsServer) afterHandshake(connection);
    });
    if (!intake.isAllowed(sender)) {
      refuse(connection, 'not_allowed');
      return;
    }
    const leaving = places.add(connection);
    if (leaving) {
      leaving.isDecided = true;
      refusals.add('gave_way', leaving.sender);
      leaving.socket.destroy();
    }
    if (!(server instanceof TlsServer)) read(connection, socket);
  };
  /** The server may say in this turn of the event loop why the handshake failed; else the sender has just gone. */
  const afterHandshake = (connection: Connection): void => {
    ended.push(connection);
    setImmediate(() => {
      const at = ended.indexOf(connection);
      if (at >= 0) ended.splice(at, 1);
      refuse(connection, 'handshake');
    });
  };
  const read = (connection: Connection, socket: Socket): void => {
    connection.isDecided = true;
    const stream = new Stream(socket, connection, intake, () => {
      streams.delete(stream);
      counts.connections = streams.size;
    });
    streams.add(stream);
    counts.connections = streams.size;
  };

  server.on('connection', accept);
  server.on('secureConnection', (socket: TLSSocket) => {
    const connection = byPeer.get(peerOf(socket));
    if (connection && !connection.isDecided) read(connection, socket);
    else socket.destroy();
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    const connection = byPeer.get(peerOf(socket)) ?? ended.shift();
    if (connection) refuse(connection, handshakeError(error, socket));
  });
  const looking = setInterval(() => {
    for (const stream of streams) stream.giveUpIncomplete();
  }, LOOK_EVERY);
  try {
    server.listen({ host, port });
    await once(server, 'listening', { signal: stop });
    bound(host);
    log.info(`syslog listens at ${text}`);
    // Until it is stopped; an error of the server is thrown.
    await once(server, 'close', { signal: stop });
  } finally {
    bound(undefined);
    await acceptWhatCameAndClose(server, streams);
    await drain(streams);
    clearInterval(looking);
    for (const connection of places) {
      connection.isDecided = true;
      connection.socket.destroy();
    }
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
