import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isUnavailable, MASKED } from '../graphql/errors.js';
import { AppError } from '../lib/app-error.js';
import type { OutageLog } from '../lib/outage-log.js';

const statusOf: Record<string, number> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  TOO_MANY_ATTEMPTS: 429,
  RATE_LIMITED: 429,
  TOO_MANY_STREAMS: 429,
  UNAVAILABLE: 503,
};

/** Fastify's refusals in words that say what to do; the others say it themselves. */
const sayings: Record<string, string> = {
  FST_ERR_BAD_URL: 'the address is not percent-encoded as it should be',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'the body is empty: send JSON such as {"query": "{ viewer { userName } }"}',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'send the body as JSON, with the header Content-Type: application/json',
};

/** Makes the handler of errors outside of GraphQL: answers in GraphQL's shape, so that a client needs to read only one. */
export function errorHandler(outage: OutageLog) {
  return (error: FastifyError | AppError, request: FastifyRequest, reply: FastifyReply): void => {
    if (isUnavailable(error)) outage.failed({ reqId: request.id, err: error });
    answerError(error, request, reply);
  };
}

/** Answers an error; one that says what the caller did wrong in its own words, any other without details. */
export function answerError(error: FastifyError | AppError, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id);
  if (error instanceof AppError) {
    if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter);
    reply.status(statusOf[error.code] ?? 400).send(errorBody(error.message, error.code));
    return;
  }
  const status = error.statusCode ?? 500;
  if (status < 500) {
    reply.status(status).send(errorBody(sayings[error.code] ?? error.message, 'BAD_REQUEST'));
    return;
  }
  request.log.error({ err: error }, 'a request failed');
  reply.status(500).send(errorBody(MASKED, 'INTERNAL_SERVER_ERROR'));
}

/** Answers a path that is not there, or one that is there for another method. */
export function answerNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const path = request.url.split('?')[0]!;
  const allowed = ['GET', 'POST'].filter((method) => request.server.hasRoute({ method, url: path } as never));
  if (allowed.length > 0) {
    const message = `this path answers ${allowed.join(' and ')}, not ${request.method}`;
    reply.status(405).header('allow', allowed.join(', ')).send(errorBody(message, 'METHOD_NOT_ALLOWED'));
    return;
  }
  const known =
    'POST or GET /graphql, GET /feeds/audits.csv and its like, GET /health/live, GET /health/ready, GET /metrics';
  reply.status(404).send(errorBody(`${request.method} of this path is not here; what is: ${known}`, 'NOT_FOUND'));
}

/** An answer of one error, as GraphQL has it. */
export function errorBody(message: string, code: string): object {
  return { errors: [{ message, extensions: { code } }] };
}
