import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { endShortWork } from './short-work.js';

/** Milliseconds. */
const PAUSE = 100;

/**
 * Holds back answers that refuse a client for how much it sent. Else who floods over a few connections would be refused as
 * often as the process can refuse, and leave little of it to others.
 */
export function pauseRefusals(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply) => {
    if (reply.statusCode !== 429) return;
    endShortWork(request);
    await sleep(PAUSE);
  });
}
