import { Transform } from 'node:stream';
import type { FastifyReply, FastifyRequest, RequestPayload } from 'fastify';
import { Privilege } from '../graphql/access.js';
import type { Actor } from '../graphql/context.js';
import { INGEST_LIMITS, LIMITS } from '../graphql/limits/limit.js';

/**
 * Holds a body to what its sender may send, who is known by now: whoever may push records sends more than others. A body
 * that says its length is refused before it is read; one that does not, as soon as it is too long.
 */
export function limitBody(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: RequestPayload,
  done: (refusal: Error | null, payload?: RequestPayload) => void,
): void {
  const most = mostOf(request.actor);
  const length = request.headers['content-length'];
  if (length !== undefined) {
    // Node reads no more of a body than it said.
    const refusal = Number(length) > most ? tooLarge(reply, most) : null;
    done(refusal, payload);
    return;
  }
  let read = 0;
  const limited = new Transform({
    transform(part: Buffer, _encoding, next) {
      read += part.length;
      if (read > most) next(tooLarge(reply, most));
      else next(null, part);
    },
  });
  payload.once('error', (error) => limited.destroy(error));
  done(null, payload.pipe(limited));
}

function mostOf(actor: Actor | null): number {
  return actor?.privileges.has(Privilege.INGEST) ? INGEST_LIMITS.body : LIMITS.body;
}

/** What the client goes on to send is of no use: its connection ends with the answer. */
function tooLarge(reply: FastifyReply, most: number): Error {
  reply.header('connection', 'close');
  const advice = most === LIMITS.body ? '' : ': push fewer records at once';
  return Object.assign(new Error(`the body is larger than ${most / 1024 ** 2} MiB${advice}`), { statusCode: 413 });
}
