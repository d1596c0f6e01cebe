import { Transform } from 'node:stream';
import type { FastifyReply, FastifyRequest, RequestPayload } from 'fastify';
import { largestBody, mayPush } from '../graphql/limits/body.js';
import { AppError } from '../lib/app-error.js';
import { networkOf } from '../lib/network.js';
import { type NoRoom, OpenBodies, type Room } from './open-bodies.js';

type Limiter = (
  request: FastifyRequest,
  reply: FastifyReply,
  payload: RequestPayload,
  done: (refusal: Error | null, payload?: RequestPayload) => void,
) => void;

/** Parts that any body may come in, and the bytes that those of a longer one have at least on the average: each takes time. */
const PARTS_AT_LEAST = 1_000;
const MEAN_PART = 64;

/**
 * Holds a body to what its sender may send, who is known by now, and all bodies that are open to the room there is. A body
 * that says its length is refused before it is read; one that does not, as soon as it is too long.
 */
export function bodyLimiter(): Limiter {
  const bodies = new OpenBodies();
  return (request, reply, payload, done) => {
    const most = largestBody(request.actor);
    const length = request.headers['content-length'];
    const take = roomFor(bodies, request, reply);
    if (length !== undefined) {
      // Node reads no more of a body than it said.
      const refusal = Number(length) > most ? tooLarge(request, most) : take(Number(length));
      if (refusal) reply.header('connection', 'close');
      done(refusal ?? null, payload);
      return;
    }
    let read = 0;
    let parts = 0;
    const limited = new Transform({
      transform(part: Buffer, _encoding, next) {
        read += part.length;
        const isTorn = ++parts > PARTS_AT_LEAST + read / MEAN_PART;
        const refusal = isTorn ? tornUp() : read > most ? tooLarge(request, most) : take(part.length);
        // What the client goes on to send is of no use: its connection ends with the answer.
        if (refusal) reply.header('connection', 'close');
        next(refusal ?? null, part);
      },
    });
    payload.once('error', (error) => limited.destroy(error));
    done(null, payload.pipe(limited));
  };
}

/** Takes room for a part of the request's body, until its answer was sent; the refusal where there is none. */
function roomFor(bodies: OpenBodies, { actor, client }: FastifyRequest, reply: FastifyReply) {
  const room: Room = actor ? 'signedIn' : 'anonymous';
  const network = networkOf(client!.ipAddress);
  let taken = 0;
  reply.raw.once('close', () => bodies.release(room, network, taken));
  return (bytes: number): Error | undefined => {
    const full = bodies.take(room, network, bytes);
    if (full) return noRoom(full);
    taken += bytes;
    return undefined;
  };
}

function noRoom(full: NoRoom): AppError {
  const whose = full === 'network' ? 'from your address' : 'from everybody';
  return new AppError('RATE_LIMITED', `too many bytes of requests ${whose} are open: send this one again later`, 1);
}

function tornUp(): Error {
  const message = `the body comes in chunks of less than ${MEAN_PART} bytes: send larger ones, or a Content-Length`;
  return Object.assign(new Error(message), { statusCode: 400 });
}

function tooLarge({ actor }: FastifyRequest, most: number): Error {
  const size = most < 1024 ** 2 ? `${most / 1024} KiB` : `${most / 1024 ** 2} MiB`;
  const advice = !actor
    ? ': send a token, or sign in, to send more'
    : mayPush(actor)
      ? ': push fewer records at once'
      : '';
  return Object.assign(new Error(`the body is larger than ${size}${advice}`), { statusCode: 413 });
}
