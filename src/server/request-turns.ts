import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../graphql/context.js';
import { AppError } from '../lib/app-error.js';
import { FairShare, type ShareLimits } from '../lib/fair-share.js';
import { networkOf } from '../lib/network.js';
import { Turns } from '../lib/turns.js';
import { beginShortWork, endShortWork } from './short-work.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Ends the turn of a request; null if it has none. */
    endTurn: (() => void) | null;
    /** Ends the turn of a request with a large body. */
    endLargeTurn: (() => void) | null;
  }
}

const FULL = 'too many large requests wait to be worked on: send this one again later, and fewer at once';

/** Two of an actor, so that one is read while the database writes the other. Others find a turn beside them. */
const LARGE = {
  atOnce: 4,
  atOnceOfOne: 2,
  waiting: 64,
  waitingOfOne: 16,
  full: () => new AppError('RATE_LIMITED', FULL, 1),
};

/**
 * A page of the console asks for several things at the same time, and a person waits for all of them. A client with a token that
 * has many requests at the same time gets a third of the time: its own work with the answers may take as long again.
 */
const SHARES: Record<Actor['kind'], ShareLimits> = {
  SESSION: { atOnce: 4, pause: 0 },
  CONNECTOR: { atOnce: 1, pause: 2 },
  INGEST: { atOnce: 1, pause: 2 },
};

/** The turns in which requests are parsed and answered. */
export interface RequestTurns {
  /**
   * Waits until a signed-in client's request may run, so that one client does not slow others down. The turn ends with the
   * answer. Requests of anonymous clients are bounded elsewhere and do not wait.
   * @throws an error if the client left
   */
  begin(request: FastifyRequest): Promise<void> | undefined;
  /**
   * Ends the turn of a request and waits for the next one, between two parts of its work.
   * @throws an error if the client left
   */
  nextPart(request: FastifyRequest): Promise<void>;
  /** Waits like `begin` for a part of an answer; call the function that it returns when that part is made. */
  beginPart(request: FastifyRequest, signal: AbortSignal): Promise<() => void>;
  /**
   * Waits until a request with a large body may run: what is parsed takes ten times the bytes of the body.
   * @throws AppError RATE_LIMITED, or an error if the client left
   */
  beginLarge(request: FastifyRequest): Promise<void>;
}

/** A turn does not end when the client leaves, since the work goes on. */
export function requestTurns(app: FastifyInstance): RequestTurns {
  const share = new FairShare();
  const large = new Turns(LARGE);
  app.decorateRequest('endTurn', null);
  app.decorateRequest('endLargeTurn', null);
  app.addHook('onSend', async (request) => {
    request.endTurn?.();
    request.endLargeTurn?.();
  });
  const wait = async (request: FastifyRequest, signal: AbortSignal) => {
    const { actor } = request;
    // What waits is not under way, and long work need not make way for it.
    endShortWork(request);
    const end = await share.begin(shareOf(request), SHARES[actor!.kind], signal);
    if (actor!.kind !== 'INGEST') beginShortWork(request);
    return end;
  };
  const tryBegin = (request: FastifyRequest) => share.tryBegin(shareOf(request), SHARES[request.actor!.kind]);
  return {
    begin(request) {
      if (!request.actor) return undefined;
      request.endTurn = tryBegin(request) ?? null;
      if (request.endTurn) return undefined;
      return untilLeft(request, (signal) => wait(request, signal)).then((end) => {
        request.endTurn = end;
      });
    },
    async nextPart(request) {
      request.endTurn?.();
      if (request.raw.socket.destroyed) throw clientLeft();
      await this.begin(request);
    },
    async beginPart(request, signal) {
      return tryBegin(request) ?? wait(request, signal);
    },
    async beginLarge(request) {
      request.endLargeTurn = await untilLeft(request, (signal) => large.begin(keyOf(request.actor!), signal));
    },
  };
}

/** Begins the turn of a request without a body. */
export function beginTurn(turns: RequestTurns) {
  return async (request: FastifyRequest): Promise<void> => {
    if (request.body === undefined) await turns.begin(request);
  };
}

/** Waits for a turn until the client leaves. */
async function untilLeft(
  { raw }: FastifyRequest,
  turn: (signal: AbortSignal) => Promise<() => void>,
): Promise<() => void> {
  const leaving = new AbortController();
  const leave = () => leaving.abort(clientLeft());
  const { socket } = raw;
  if (socket.destroyed) leave();
  socket.once('close', leave);
  try {
    return await turn(leaving.signal);
  } finally {
    socket.off('close', leave);
  }
}

function clientLeft(): Error {
  return new AppError('BAD_USER_INPUT', 'the client closed the connection before its turn');
}

/** Names the client that a request is counted with. The same token at two addresses is two clients. */
export function shareOf({ actor, client }: FastifyRequest): string {
  return `${actor ? keyOf(actor) : 'anonymous'} ${networkOf(client!.ipAddress)}`;
}

function keyOf({ kind, ingest, tokenId, userId }: Actor): string {
  return `${kind} ${ingest?.tokenId ?? tokenId ?? userId}`;
}
