import type { Server, Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/**
 * While the listener stops: how often it looks for bytes, in milliseconds, and how often in vain until a connection is
 * taken to be at rest. Looks are counted, since a process that is busy otherwise sees nothing for a while.
 */
const LOOK_EVERY = 20;
const LOOKS = 50;
const MAX_DRAIN = 10_000;

/** Milliseconds in which the other workers of this gateway stop to listen as well. */
const OTHERS_STOP = 500;

/** Milliseconds of a turn of the event loop in which nothing but looking was done, and turns that are waited for one. */
const SHORT_TURN = 0.5;
const MAX_TURNS = 2_000;

/** What stopping has to know of a connection. */
export interface Draining {
  readonly socket: Socket;
  /** Looks since something came. */
  quiet: number;
  /** Not read from, since too much waits to be stored. */
  isHeld: boolean;
}

/**
 * Takes in the connections that the system has accepted already, then closes the listening socket: with it they would be
 * cut off, and what they wrote be lost. Nothing else is done meanwhile, so that hardly any time passes between the last
 * look and the close: a connection that is made in it is lost, and nothing that Linux offers prevents it.
 */
export async function acceptWhatCameAndClose(server: Server, streams: ReadonlySet<Draining>): Promise<void> {
  for (const { socket } of streams) socket.pause();
  for (let turn = 0; turn < MAX_TURNS; turn++) {
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
export async function drain(streams: ReadonlySet<Draining>): Promise<void> {
  if (streams.size > 0) await sleep(OTHERS_STOP);
  const began = performance.now();
  for (const { socket } of streams) socket.end();
  while (streams.size > 0 && performance.now() - began < MAX_DRAIN) {
    await sleep(LOOK_EVERY);
    for (const stream of streams) if (!stream.isHeld && ++stream.quiet > LOOKS) stream.socket.destroy();
  }
  for (const { socket } of streams) socket.destroy();
  while (streams.size > 0) await sleep(5);
}
