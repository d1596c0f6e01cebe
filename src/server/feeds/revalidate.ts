import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../graphql/context.js';
import { AppError } from '../../lib/app-error.js';
import type { RequestContexts } from '../request-context.js';
import { viewOf } from './etag.js';

/** How often who reads for long is looked at again: what is revoked is felt within a second. */
const EVERY_MILLISECONDS = 500;

/**
 * Looks, now and then, whether who began to read an answer may go on: a revoked token reads no row more, and rows that have
 * become visible behind the reader's back would be lost.
 * @throws AppError
 */
export function revalidator(
  contexts: RequestContexts,
  request: FastifyRequest,
  guard: (actor: Actor | null) => void,
): () => Promise<void> {
  const view = viewOf(request.actor!);
  let lookedAt = performance.now();
  return async () => {
    if (performance.now() - lookedAt < EVERY_MILLISECONDS) return;
    lookedAt = performance.now();
    const actor = await contexts.reauthenticate(request);
    guard(actor);
    if (viewOf(actor!) !== view) {
      throw new AppError('RESYNC_REQUIRED', 'what may be seen has changed while the answer was being sent: begin anew');
    }
  };
}
