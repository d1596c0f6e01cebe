import { hash } from 'node:crypto';
import { cursorKey } from '../../database/database-id.js';
import type { Db } from '../../database/db.js';
import { AesSiv } from '../../lib/aes-siv.js';
import { AppError } from '../../lib/app-error.js';
import { quote } from '../../lib/quote.js';
import { areParts, type CursorPart, type CursorValue } from './cursor-values.js';

/** Cursors are as long as the next multiple, so that their length says little of what is in them. */
const MULTIPLE = 16;

/** Characters of the longest cursor: a text of 255 characters, each of which JSON and UTF-8 may need several bytes for. */
const MAX_LENGTH = 4_096;

const seals = new WeakMap<Db, Promise<AesSiv>>();

/**
 * Opaque cursors of one list: sealed with a key of their database, and bound to the list's order and filter. Nobody
 * without the key can read one, since it may stand for a row that its reader may not see, nor make one.
 */
export class Cursors {
  readonly #seal: AesSiv;
  readonly #list: string;

  private constructor(seal: AesSiv, list: string) {
    this.#seal = seal;
    this.#list = list;
  }

  /** `list` is whatever tells this list from others; it must be plain data. */
  static async of(db: Db, list: object): Promise<Cursors> {
    return new Cursors(await sealOf(db), hash('sha256', canonical(list), 'base64url').slice(0, 8));
  }

  encode(...values: CursorValue[]): string {
    return this.encodeAll([values])[0]!;
  }

  /** The cursors of many rows, which cost much less together. */
  encodeAll(rows: readonly (readonly CursorValue[])[]): string[] {
    const texts = rows.map((values) => `${VERSION}${this.#list}${JSON.stringify(values)}`);
    const places = new Map<number, number[]>();
    for (const [at, text] of texts.entries()) {
      const length = Math.ceil(Buffer.byteLength(text) / MULTIPLE) * MULTIPLE;
      const same = places.get(length);
      if (same) same.push(at);
      else places.set(length, [at]);
    }
    const cursors = new Array<string>(rows.length);
    for (const [length, ats] of places) {
      // Spaces behind JSON change nothing.
      const plain = Buffer.alloc(ats.length * length, ' ');
      for (const [n, at] of ats.entries()) plain.write(texts[at]!, n * length);
      const sealed = this.#seal.seal(plain, length);
      const step = sealed.length / ats.length;
      for (const [n, at] of ats.entries()) cursors[at] = sealed.toString('base64url', n * step, (n + 1) * step);
    }
    return cursors;
  }

  /** @throws AppError BAD_CURSOR */
  decode(cursor: string, parts: readonly CursorPart[]): CursorValue[] {
    const text = this.#textOf(cursor);
    if (text?.[0] !== VERSION) throw badCursor(cursor, isFromBefore(cursor) ? OLD : FOREIGN);
    if (text.slice(1, 9) !== this.#list) {
      throw badCursor(cursor, 'was made for another query: keep the filter, date range and order that it came from');
    }
    const values = valuesOf(text.slice(9));
    if (!areParts(values, parts)) throw badCursor(cursor, FOREIGN);
    return values;
  }

  #textOf(cursor: string): string | undefined {
    if (cursor.length > MAX_LENGTH) return undefined;
    const sealed = Buffer.from(cursor, 'base64url');
    // Node ignores characters that are not base64url.
    if (sealed.toString('base64url') !== cursor) return undefined;
    return this.#seal.open(sealed)?.toString();
  }
}

const VERSION = '2';
const FOREIGN =
  'is not a cursor of this gateway: pass one exactly as it was returned, or begin again without `after` and `before`';
const OLD = 'was made by an earlier version of this gateway and is no longer accepted: begin again without `after`';

function sealOf({ origin }: Db): Promise<AesSiv> {
  let seal = seals.get(origin);
  if (!seal) {
    seal = cursorKey(origin).then((key) => new AesSiv(Buffer.from(key, 'base64')));
    seal.catch(() => seals.delete(origin));
    seals.set(origin, seal);
  }
  return seal;
}

/** Whether a text has the form of the cursors that were only checksummed. */
function isFromBefore(cursor: string): boolean {
  if (cursor.length > MAX_LENGTH) return false;
  return /^[0-9a-f]{8}1[\w-]{8}\[.*\]$/s.test(Buffer.from(cursor, 'base64url').toString());
}

function valuesOf(text: string): unknown[] {
  try {
    const values: unknown = JSON.parse(text);
    return Array.isArray(values) ? values : [];
  } catch {
    return [];
  }
}

function badCursor(cursor: string, error: string): AppError {
  return new AppError('BAD_CURSOR', `the cursor ${quote(cursor)} ${error}`);
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
