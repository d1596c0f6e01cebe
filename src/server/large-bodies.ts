import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../graphql/context.js';
import { AppError } from '../lib/app-error.js';
import { Turns } from '../lib/turns.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Ends the turn of a request with a large body. */
    endTurn: (() => void) | null;
  }
}

const FULL = 'too many large requests wait to be worked on: send this one again later, and fewer at once';

/** Two of an actor, so that one is read while the database writes the other. Others find a turn beside them. */
const TURNS = {
  atOnce: 4,
  atOnceOfOne: 2,
  waiting: 64,
  waitingOfOne: 16,
  full: () => new AppError('RATE_LIMITED', FULL, 1),
};

/** The turns in which requests with large bodies are parsed and answered. What is parsed takes ten times its bytes. */
export interface LargeBodies {
  /**
   * Waits for a turn, which ends with the answer.
   * @throws AppError RATE_LIMITED, or an error if the client left
   */
  begin(request: FastifyRequest): Promise<void>;
}

/** A turn does not end when the client leaves, since the work goes on. */
export function largeBodies(app: FastifyInstance): LargeBodies {
  const turns = new Turns(TURNS);
  app.decorateRequest('endTurn', null);
  app.addHook('onSend', async (request) => request.endTurn?.());
  return {
    async begin(request) {
      const leaving = new AbortController();
      const leave = () => leaving.abort(Object.assign(new Error('the client left'), { statusCode: 400 }));
      const { socket } = request.raw;
      if (socket.destroyed) leave();
      socket.once('close', leave);
      try {
        request.endTurn = await turns.begin(keyOf(request.actor!), leaving.signal);
      } finally {
        socket.off('close', leave);
      }
    },
  };
}

function keyOf({ kind, ingest, tokenId, userId }: Actor): string {
  return `${kind} ${ingest?.tokenId ?? tokenId ?? userId}`;
}
