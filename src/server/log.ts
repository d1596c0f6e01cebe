import { randomUUID } from 'node:crypto';
import { type Logger, pino } from 'pino';

/** Logs lines of JSON; of a request its method, path and id, never its headers or query. */
export function requestLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: {
      req: ({ method, url, ip }: { method: string; url: string; ip: string }) => ({
        method,
        path: url.split('?')[0],
        ip,
      }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
      err: pino.stdSerializers.err,
    },
  });
}

export function newRequestId(): string {
  return randomUUID();
}
