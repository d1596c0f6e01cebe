import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { endShortWork } from './short-work.js';

/** Milliseconds before a refusal for too many requests. */
const PAUSE = 100;

/** Milliseconds before a refusal of a body, which also ends the connection: the body was read in part, maybe in tiny chunks. */
const BODY_PAUSE = 500;

/**
 * Holds back answers that refuse a client for how much it sent. Else who floods over a few connections would be refused as
 * often as the process can refuse, and leave little of it to others.
 */
export function pauseRefusals(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    // The last hook of each route: what others say of the moment of the refusal is said by then.
    route.onSend = [...[route.onSend ?? []].flat(), pause];
  });
}

async function pause(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const isOfBody = reply.statusCode >= 400 && reply.getHeader('connection') === 'close';
  if (reply.statusCode !== 429 && !isOfBody) return;
  endShortWork(request);
  await sleep(isOfBody ? BODY_PAUSE : PAUSE);
}
