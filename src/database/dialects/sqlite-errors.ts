import { Unavailable } from './unavailable.js';

/**
 * The result codes of a file that cannot be used as it is now, whatever is asked of it; extended ones begin with them
 * (https://sqlite.org/rescode.html).
 */
const FILE_FAULTS = /^SQLITE_(CANTOPEN|CORRUPT|FULL|IOERR|NOTADB|READONLY)(_|$)/;

export function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | null)?.code;
}

/** Whether another connection holds what was asked for. */
export function isBusy(error: unknown): boolean {
  return codeOf(error)?.startsWith('SQLITE_BUSY') ?? false;
}

/** An error as callers are to have it: where the file is at fault it is UNAVAILABLE, all else stays what it is. */
export function toRefusal(error: unknown): unknown {
  if (!FILE_FAULTS.test(codeOf(error) ?? '')) return error;
  return new Unavailable('the database file cannot be used', error);
}
