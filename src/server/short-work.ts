import type { FastifyInstance, FastifyRequest } from 'fastify';
import { shortWorkBegins } from '../lib/event-loop.js';

const ends = new WeakMap<FastifyRequest, () => void>();

/** Counts every request as short work until its answer was sent. */
export function countShortWork(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    beginShortWork(request);
    reply.raw.once('close', () => endShortWork(request));
    done();
  });
}

/** Counts a request as short work again, after `endShortWork`. */
export function beginShortWork(request: FastifyRequest): void {
  ends.set(request, shortWorkBegins());
}

/** Says that a request waits, or turned out to be long work. */
export function endShortWork(request: FastifyRequest): void {
  ends.get(request)?.();
}
