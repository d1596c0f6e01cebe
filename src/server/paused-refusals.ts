import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { endShortWork } from './short-work.js';

/** Milliseconds. */
const PAUSE = 100;

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
  if (reply.statusCode !== 429) return;
  endShortWork(request);
  await sleep(PAUSE);
}
