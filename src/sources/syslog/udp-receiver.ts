import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ListenAddress } from '../../lib/listen-address.js';
import { detectProtocol, isBinary } from './detect-protocol.js';
import type { Intake } from './intake.js';
import { droppedByKernel } from './kernel-drops.js';
import type { Log } from './log.js';
import type { Reason } from './refusals.js';
import { plainAddress } from './senders.js';
import { throttled } from './throttled-log.js';

/** Bytes that the system is asked to keep while the program is busy; it grants net.core.rmem_max at most. */
const RECEIVE_BUFFER = 8 * 1024 * 1024;

/** Milliseconds between looks at what the system has dropped. */
const LOOK_EVERY = 10_000;

/** While the listener stops: looks without a datagram, 10 ms apart, after which the buffer is taken to be empty, and the most. */
const QUIET_LOOKS = 3;
const MAX_LOOKS = 100;

/**
 * Listens, and takes in datagrams, each a message, until `stop` is aborted. `bound` is told the address while there is one.
 * @throws Error where it cannot listen, or can no longer
 */
export async function receiveUdp(
  { host, port, text }: ListenAddress,
  intake: Intake,
  bound: (address: string | undefined) => void,
  stop: AbortSignal,
  log: Log,
): Promise<void> {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
  let quiet = 0;
  const { queue, counts } = intake;
  const tellDropped = throttled(() =>
    log.warn({ dropped: counts.dropped }, `${text} dropped datagrams: too much waits`),
  );
  socket.on('message', (bytes, { address }) => {
    quiet = 0;
    const sender = plainAddress(address);
    const reason = intake.isAllowed(sender) ? errorOf(bytes) : 'not_allowed';
    if (reason) {
      counts.received++;
      counts.refused++;
      intake.refusals.add(reason, sender);
    } else if (queue.isFull) {
      counts.received++;
      counts.dropped++;
      tellDropped();
    } else intake.take({ bytes, size: bytes.length, isBroken: false }, sender);
  });
  let looking: NodeJS.Timeout | undefined;
  try {
    socket.bind({ address: host, port });
    await once(socket, 'listening', { signal: stop });
    const { address } = socket.address();
    bound(address);
    looking = setInterval(tellOfDrops(address, port, text, log), LOOK_EVERY);
    log.info({ receiveBuffer: enlargeBuffer(socket) }, `syslog listens at ${text}`);
    // Until it is stopped; an error of the socket is thrown.
    await once(socket, 'close', { signal: stop });
  } finally {
    for (let look = 0; look < MAX_LOOKS && quiet < QUIET_LOOKS; look++) {
      quiet++;
      await sleep(10);
    }
    clearInterval(looking);
    bound(undefined);
    socket.close();
  }
}

/** Why a datagram is not stored; undefined if it is syslog. */
function errorOf(bytes: Buffer): Reason | undefined {
  const protocol = detectProtocol(bytes, true);
  if (protocol !== 'syslog' && protocol !== 'undecided') return protocol;
  return isBinary(bytes) ? 'binary' : undefined;
}

/** Says what the system has dropped since the last look. */
function tellOfDrops(address: string, port: number, text: string, log: Log): () => void {
  let known = 0;
  return () => {
    const dropped = droppedByKernel(address, port);
    if (dropped > known) log.warn({ dropped }, `the system dropped datagrams for ${text} before they could be read`);
    known = dropped;
  };
}

/** Bytes that the system has granted. */
function enlargeBuffer(socket: Socket): number {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
  } catch {
    // Some systems refuse more than they grant, instead of granting what they have.
  }
  return socket.getRecvBufferSize();
}
