import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../lib/app-error.js';

const statusOf: Record<string, number> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, UNAVAILABLE: 503 };

/** Answers what went wrong outside of GraphQL in GraphQL's shape, so that a client needs to read only one. */
export function answerError(error: FastifyError | AppError, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof AppError) {
    const status = statusOf[error.code] ?? 400;
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    reply.status(status).send(body(error.message, error.code));
    return;
  }
  const status = error.statusCode ?? 500;
  if (status < 500) {
    reply.status(status).send(body(error.message, 'BAD_REQUEST'));
    return;
  }
  request.log.error({ err: error }, 'a request failed');
  reply.status(500).send(body('something went wrong here: the log of the gateway has it', 'INTERNAL_SERVER_ERROR'));
}

export function answerNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const known = 'POST or GET /graphql, GET /health/live, GET /health/ready';
  reply
    .status(404)
    .send(body(`${request.method} ${request.url.split('?')[0]} is not here; what is: ${known}`, 'NOT_FOUND'));
}

function body(message: string, code: string): object {
  return { errors: [{ message, extensions: { code } }] };
}
