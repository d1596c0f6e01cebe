import type { Logger } from 'pino';
import { Attached } from './attached.js';
import type { Context } from './context.js';

type RequestLog = Pick<Logger, 'info' | 'warn'>;

const logs = new Attached<RequestLog>();

export function attachLog(context: Context, log: RequestLog): void {
  logs.set(context, log);
}

/** The log of a request, whose lines have its id; undefined where it came by no server. */
export function logOf(context: Context): RequestLog | undefined {
  return logs.get(context);
}
