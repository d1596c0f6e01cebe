import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { ListenAddress } from '../../lib/listen-address.js';
import { FrameSplitter } from './frame-splitter.js';
import type { Intake } from './intake.js';
import type { Log } from './log.js';
import { plainAddress } from './senders.js';
import { sparingly } from './sparingly.js';

/** Connections of a listener at once, in each process. */
const MOST_CONNECTIONS = 256;

/** Milliseconds after which a silent connection is asked whether its sender is still there. */
const KEEP_ALIVE = 60_000;

/**
 * While the listener stops: how often it looks for bytes, in milliseconds, and how often in vain until a connection is
 * taken to be at rest. Looks are counted, since a process that is busy otherwise sees nothing for a while.
 */
const LOOK_EVERY = 20;
const LOOKS = 50;
const LONGEST_DRAIN = 10_000;

/** Milliseconds in which the other workers of this gateway stop to listen as well. */
const OTHERS_STOP = 500;

/** Milliseconds of a turn of the event loop in which nothing but looking was done, and turns that are waited for one. */
const SHORT_TURN = 0.5;
const MOST_TURNS = 2_000;

/** One connection, and what stopping has to know of it. */
interface Stream {
  readonly socket: Socket;
  /** Looks since something came. */
  quiet: number;
  /** Not read from, since too much waits to be stored. */
  isHeld: boolean;
}

/**
 * Listens, and takes in what the connections of `server` bring, until `stop` is aborted; then reads what was already
 * sent. `event` is that of a connection which may be read from; `bound` is told the address while there is one.
 * @throws Error where it cannot listen, or can no longer
 */
export async function receiveStreams(
  server: Server,
  event: 'connection' | 'secureConnection',
  { host, port, text }: ListenAddress,
  intake: Intake,
  bound: (address: string | undefined) => void,
  stop: AbortSignal,
  log: Log,
): Promise<void> {
  const streams = new Set<Stream>();
  const { counts } = intake;
  const tellRefused = sparingly(() => log.warn({ refused: counts.refusedConnections }, `${text} refused connections`));
  const refused = (): void => {
    counts.refusedConnections++;
    tellRefused();
  };
  server.maxConnections = MOST_CONNECTIONS;
  server.on('drop', refused);
  server.on('tlsClientError', refused);
  // Before its handshake, which would keep one of the few places; it counts as a handshake that failed.
  if (event === 'secureConnection') {
    server.on('connection', (socket: Socket) => {
      if (!intake.isAllowed(plainAddress(socket.remoteAddress ?? ''))) socket.destroy();
    });
  }
  server.on(event, (socket: Socket) => {
    const sender = plainAddress(socket.remoteAddress ?? '');
    if (intake.isAllowed(sender)) return receive(socket, sender, intake, streams);
    refused();
    socket.destroy();
  });
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
  }
}

function receive(socket: Socket, sender: string, intake: Intake, streams: Set<Stream>): void {
  const { backlog, counts } = intake;
  const splitter = new FrameSplitter();
  const stream: Stream = { socket, quiet: 0, isHeld: false };
  streams.add(stream);
  counts.connections = streams.size;
  // A sender may be silent for days, and what it writes then must not be lost: only one that is gone is given up.
  socket.setKeepAlive(true, KEEP_ALIVE);
  socket.on('data', (chunk) => {
    stream.quiet = 0;
    for (const frame of splitter.push(chunk)) intake.take(frame, sender);
    if (backlog.isFull) hold(stream, backlog);
  });
  socket.on('end', () => {
    for (const frame of splitter.end(true)) intake.take(frame, sender);
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    for (const frame of splitter.end(false)) intake.take(frame, sender);
    streams.delete(stream);
    counts.connections = streams.size;
  });
}

/** Reads no more until there is room: the sender's own queue keeps what it has. */
function hold(stream: Stream, backlog: Intake['backlog']): void {
  stream.isHeld = true;
  stream.socket.pause();
  backlog.whenRoom(() => {
    stream.isHeld = false;
    stream.quiet = 0;
    stream.socket.resume();
  });
}

/**
 * Takes in the connections that the system has accepted already, then closes the listening socket: with it they would be
 * cut off, and what they wrote be lost. Nothing else is done meanwhile, so that hardly any time passes between the last
 * look and the close: a connection that is made in it is lost, and nothing that Linux offers prevents it.
 */
async function acceptWhatCameAndClose(server: Server, streams: ReadonlySet<Stream>): Promise<void> {
  for (const { socket } of streams) socket.pause();
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const began = performance.now();
    await nextTurn();
    if (turn > 0 && performance.now() - began < SHORT_TURN) break;
  }
  server.close();
  for (const { socket, isHeld } of streams) if (!isHeld) socket.resume();
}

/**
 * Nothing acknowledges a line, so what a sender has written counts for it as sent. It is told that the connection ends,
 * which those that look before they write see, and everything is read that it wrote before. It is told when nobody listens
 * any more: it connects anew at once, and another worker that stops as well would not take that connection in.
 */
async function drain(streams: ReadonlySet<Stream>): Promise<void> {
  if (streams.size > 0) await sleep(OTHERS_STOP);
  const began = performance.now();
  for (const { socket } of streams) socket.end();
  while (streams.size > 0 && performance.now() - began < LONGEST_DRAIN) {
    await sleep(LOOK_EVERY);
    for (const stream of streams) if (!stream.isHeld && ++stream.quiet > LOOKS) stream.socket.destroy();
  }
  for (const { socket } of streams) socket.destroy();
  while (streams.size > 0) await sleep(5);
}
