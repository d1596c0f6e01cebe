import { randomUUID } from 'node:crypto';
import { LogController } from 'fastify';
import { type Logger, pino } from 'pino';
import { forwardedAddress } from './client.js';

/** Logs lines of JSON; of a request its method, route and id, never its headers or query. */
export function requestLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: {
      // A token may stand in a path that is none of ours.
      req: ({ method, ip, routeOptions }: { method: string; ip: string; routeOptions?: { url?: string } }) => ({
        method,
        path: routeOptions?.url ?? 'unknown',
        ip: forwardedAddress(ip) ?? 'unknown',
      }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
      err: pino.stdSerializers.err,
    },
  });
}

/** One line for each request, when it is over, also where the client did not wait for the answer. */
export const requestLines: LogController = Object.assign(new LogController(), {
  incomingRequest: ((request, reply) => {
    reply.raw.once('close', () => {
      const line = { req: request, res: reply, responseTime: reply.elapsedTime };
      request.log.info(line, reply.raw.writableFinished ? 'request completed' : 'request aborted');
    });
  }) satisfies LogController['incomingRequest'],
  requestCompleted: () => {},
});

export function newRequestId(): string {
  return randomUUID();
}
