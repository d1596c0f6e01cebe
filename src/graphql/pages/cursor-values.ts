import { DateTimeError, parseDateTime } from '../../lib/date-time.js';

export type CursorValue = string | number | null;

/** What a value of a cursor may be. `?` is for a value that may be null; `time` is RFC 3339 in UTC to the millisecond. */
export type CursorPart = 'number' | 'number?' | 'text' | 'text?' | 'time' | 'time?' | 'scope';

/** Whether values are what a cursor of these parts holds, no more and no less. */
export function areParts(values: readonly unknown[], parts: readonly CursorPart[]): values is CursorValue[] {
  return values.length === parts.length && parts.every((part, at) => isPart(part, values[at]));
}

function isPart(part: CursorPart, value: unknown): boolean {
  if (value === null) return part.endsWith('?');
  if (part === 'number' || part === 'number?') return Number.isSafeInteger(value) && (value as number) >= 0;
  if (typeof value !== 'string') return false;
  if (part === 'time' || part === 'time?') return isCanonicalTime(value);
  return part !== 'scope' || /^(ALL|[1-9]\d{0,15} \d{1,16})$/.test(value);
}

/** Times are compared as text by some engines: there must be one way to write each. */
function isCanonicalTime(text: string): boolean {
  try {
    return parseDateTime(text) === text;
  } catch (error) {
    if (error instanceof DateTimeError) return false;
    throw error;
  }
}
