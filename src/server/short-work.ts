import type { FastifyInstance, FastifyRequest } from 'fastify';
import { shortWorkBegins } from '../lib/event-loop.js';

const ends = new WeakMap<FastifyRequest, () => void>();

/** Counts every request as short work until its answer was sent. */
export function countShortWork(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const end = shortWorkBegins();
    ends.set(request, end);
    reply.raw.once('close', end);
    done();
  });
}

/** Says that a request turned out to be long work. */
export function endShortWork(request: FastifyRequest): void {
  ends.get(request)?.();
}
