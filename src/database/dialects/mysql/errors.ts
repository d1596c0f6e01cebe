import { AppError } from '../../../lib/app-error.js';
import { NeedsHelp, Unavailable } from '../unavailable.js';

/** The server's error numbers that the program knows by name. */
export const Errors = {
  DISK_FULL: 1021,
  TOO_MANY_CONNECTIONS: 1040,
  SERVER_SHUTDOWN: 1053,
  DUP_ENTRY: 1062,
  TABLE_FULL: 1114,
  LOCK_WAIT_TIMEOUT: 1205,
  LOCK_DEADLOCK: 1213,
  READ_ONLY_SERVER: 1290,
  READ_ONLY_ENGINE: 1836,
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

const FULL = 'the disk of the database is full: make room on it';
const READ_ONLY =
  'the database is read-only: let the gateway write to it, or set DATABASE_URL to the server that takes writes';

/** Faults that an administrator can do something about. */
const advice: Record<number, string> = {
  [Errors.DISK_FULL]: FULL,
  [Errors.TABLE_FULL]: FULL,
  [Errors.READ_ONLY_SERVER]: READ_ONLY,
  [Errors.READ_ONLY_ENGINE]: READ_ONLY,
};

/** The number of a server's error, also where a refusal was made of it; 0 where it is none. */
export function errnoOf(error: unknown): number {
  const { errno } = ((error instanceof Unavailable ? error.cause : error) ?? {}) as { errno?: number };
  return errno ?? 0;
}

/** An error as callers are to have it: what passes by itself is UNAVAILABLE, all else stays what it is. */
export function toRefusal(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const errno = errnoOf(error);
  if (advice[errno]) return new NeedsHelp(advice[errno], error);
  const message = messages[errno];
  if (message) return new Unavailable(message, error);
  return isFatal(error) ? new Unavailable('the connection to the database was lost', error) : error;
}

/** Whether the connection is of no more use. */
export function isFatal(error: unknown): boolean {
  return (error as { fatal?: boolean } | null)?.fatal === true;
}
