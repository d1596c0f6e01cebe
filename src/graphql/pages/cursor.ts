import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AppError } from '../../lib/app-error.js';
import { quote } from '../../lib/quote.js';

export type CursorValue = string | number | null;

/** What a value of a cursor is: a number that counts something, or a text, which may be null or left out. */
export type CursorPart = 'number' | 'text' | 'number or none';

/**
 * Opaque cursors of one list: bound to its database, its order and its filter. A checksum finds those that were damaged
 * or come from elsewhere; it is no secret, since a cursor only says where to go on, never what may be seen.
 */
export class Cursors {
  /** The checksum of the database's id, which the text follows. */
  readonly #database: number;
  readonly #list: string;

  /** `list` is whatever tells this list from others; it must be plain data. */
  constructor(databaseId: string, list: object) {
    this.#database = crc32(databaseId);
    this.#list = hash('sha256', canonical(list), 'base64url').slice(0, 8);
  }

  encode(...values: CursorValue[]): string {
    const text = `${VERSION}${this.#list}${JSON.stringify(values)}`;
    return Buffer.from(this.#checksum(text) + text).toString('base64url');
  }

  /** @throws AppError BAD_CURSOR, also where the values are others than `parts` */
  decode(cursor: string, parts: readonly CursorPart[]): CursorValue[] {
    const text = Buffer.from(cursor, 'base64url').toString();
    const payload = text.slice(8);
    // Node passes over characters that are none of base64url.
    const isWhole = Buffer.from(text).toString('base64url') === cursor;
    if (!isWhole || payload[0] !== VERSION || this.#checksum(payload) !== text.slice(0, 8)) {
      throw badCursor(cursor, FOREIGN);
    }
    if (payload.slice(1, 9) !== this.#list) {
      throw badCursor(cursor, 'was made for another query: keep the filter, date range and order that it came from');
    }
    const values = valuesOf(payload.slice(9));
    // A checksum keeps nobody from writing what no list ever gave.
    if (!parts.every((part, at) => isPart(part, values[at]))) throw badCursor(cursor, FOREIGN);
    return values;
  }

  #checksum(text: string): string {
    return crc32(text, this.#database).toString(16).padStart(8, '0');
  }
}

const VERSION = '1';
const FOREIGN = 'is not a cursor of this gateway: pass one exactly as it was returned, or none to begin anew';

function valuesOf(text: string): CursorValue[] {
  try {
    const values: unknown = JSON.parse(text);
    return Array.isArray(values) ? values : [];
  } catch {
    return [];
  }
}

function isPart(part: CursorPart, value: unknown): boolean {
  if (part === 'number or none' && value === undefined) return true;
  if (part !== 'text') return Number.isSafeInteger(value) && (value as number) >= 0;
  return typeof value === 'string' || value === null || value === undefined;
}

function badCursor(cursor: string, fault: string): AppError {
  return new AppError('BAD_CURSOR', `the cursor ${quote(cursor)} ${fault}`);
}

/** The same text for the same list, in whatever order its parts were written. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, part]) => part !== undefined && part !== null);
  return `{${entries
    .map(([key, part]) => `${key}:${canonical(part)}`)
    .sort()
    .join(',')}}`;
}
