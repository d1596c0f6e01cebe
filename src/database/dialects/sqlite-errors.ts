import { NeedsHelp, Unavailable } from './unavailable.js';

/**
 * The result codes of a file that cannot be used as it is now, whatever is asked of it; extended ones begin with them
 * (https://sqlite.org/rescode.html).
 */
const FILE_ERRORS = /^SQLITE_(CANTOPEN|CORRUPT|FULL|IOERR|NOTADB|READONLY)(_|$)/;

export function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | null)?.code;
}

/** Whether another connection holds what was asked for. */
export function isBusy(error: unknown): boolean {
  return codeOf(error)?.startsWith('SQLITE_BUSY') ?? false;
}

/** Faults that an administrator can do something about. */
const ADVICE: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'the disk of the database is full: make room on it',
  SQLITE_READONLY: 'the database is read-only: let the gateway write to its file, its directory and its disk',
};

/** An error as callers are to have it: UNAVAILABLE if the file is at fault, all else stays what it is. */
export function toRefusal(error: unknown): unknown {
  const code = codeOf(error) ?? '';
  if (!FILE_ERRORS.test(code)) return error;
  const advice = ADVICE[code.split('_').slice(0, 2).join('_')];
  return advice ? new NeedsHelp(advice, error) : new Unavailable('the database file cannot be used', error);
}
