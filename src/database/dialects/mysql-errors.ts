import { AppError } from '../../lib/app-error.js';
import { Unavailable } from './unavailable.js';

/** The server's error numbers that the program knows by name. */
export const Errors = {
  TOO_MANY_CONNECTIONS: 1040,
  SERVER_SHUTDOWN: 1053,
  DUP_ENTRY: 1062,
  LOCK_WAIT_TIMEOUT: 1205,
  LOCK_DEADLOCK: 1213,
  CONNECTION_KILLED: 1927,
  STATEMENT_TIMEOUT: 1969,
  QUERY_TIMEOUT: 3024,
} as const;

const messages: Record<number, string> = {
  [Errors.TOO_MANY_CONNECTIONS]: 'the database has no connection left',
  [Errors.SERVER_SHUTDOWN]: 'the database is being stopped',
  [Errors.LOCK_WAIT_TIMEOUT]: 'another writer kept the rows locked',
  [Errors.CONNECTION_KILLED]: 'the connection to the database was lost',
  [Errors.STATEMENT_TIMEOUT]: 'the database did not answer in time',
  [Errors.QUERY_TIMEOUT]: 'the database did not answer in time',
};

/** The number of a server's error, also where a refusal was made of it; 0 where it is none. */
export function errnoOf(error: unknown): number {
  const { errno } = ((error instanceof Unavailable ? error.cause : error) ?? {}) as { errno?: number };
  return errno ?? 0;
}

/** An error as callers are to have it: what passes by itself is UNAVAILABLE, all else stays what it is. */
export function toRefusal(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const message = messages[errnoOf(error)];
  if (message) return new Unavailable(message, error);
  return isFatal(error) ? new Unavailable('the connection to the database was lost', error) : error;
}

/** Whether the connection is of no more use. */
export function isFatal(error: unknown): boolean {
  return (error as { fatal?: boolean } | null)?.fatal === true;
}
