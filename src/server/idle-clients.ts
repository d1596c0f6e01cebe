import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Milliseconds without a byte in either direction after which Node emits `timeout` for a connection. */
export const IDLE_STEP = 10_000;

/** Timeouts in a row after which a client is cut: a minute without a byte. */
const MAX_STEPS = 6;

/**
 * Cuts clients that take nothing of their answer, and send nothing of their request, for `MAX_STEPS` times `step`.
 *
 * Node's own timeout is imprecise by a factor of two: it starts again, without an event, if the kernel took a byte since the
 * last look. So the timeout is short, and what counts is how many follow each other. It does not start again by itself
 * after its event, so a timeout that comes sooner than two steps after the last one follows it.
 */
export function cutIdleClients(app: FastifyInstance, step = IDLE_STEP): void {
  app.addHook('onRequest', (_request, reply, done) => {
    watch(reply.raw, step);
    done();
  });
}

function watch(response: ServerResponse, step: number): void {
  let steps = 0;
  let last = Number.NEGATIVE_INFINITY;
  response.on('timeout', (socket: Socket) => {
    const now = performance.now();
    steps = now - last < 2 * step ? steps + 1 : 1;
    last = now;
    if (steps >= MAX_STEPS) socket.destroy();
    else socket.setTimeout(step);
  });
}
