import { AppError } from '../../lib/app-error.js';
import { quote } from '../../lib/quote.js';
import { MAX_ROW_BYTES } from './import-line.js';

/** One element of the array, from 1; without bytes if it is longer than MAX_ROW_BYTES. */
export interface Element {
  number: number;
  bytes: Buffer | undefined;
}

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\,[]{}');

/**
 * Cuts a JSON array into its elements as the bytes come in, by nothing but brackets, commas and quotation marks: what
 * is wrong within an element stays within it. A single object counts as an array of one.
 */
export class JsonSplitter {
  #place: 'before' | 'array' | 'object' | 'after' = 'before';
  #depth = 0;
  #inString = false;
  #escaped = false;
  #number = 1;
  #pieces: Buffer[] = [];
  #size = 0;
  #blank = true;

  /** The elements that end in this chunk. Throws AppError where the file is neither an array nor one object. */
  *push(chunk: Buffer): Generator<Element> {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (this.#inString) this.#readString(byte);
      else if (byte <= 0x20) continue;
      else if (this.#place === 'before' || this.#place === 'after') {
        start = this.#begin(chunk, i);
      } else if (this.#ends(byte)) {
        const last = this.#place === 'object' ? i + 1 : i;
        this.#keep(chunk.subarray(start, last));
        start = i + 1;
        if (this.#place === 'object' || byte === CLOSE_LIST) this.#place = 'after';
        if (!this.#blank || this.#number > 1 || byte === COMMA) yield this.#take();
      } else this.#blank = false;
    }
    if (this.#place === 'array' || this.#place === 'object') this.#keep(chunk.subarray(start));
  }

  /** A last element that is whole. Throws AppError if the array or object was not closed. */
  *end(): Generator<Element> {
    if (this.#place === 'before' || this.#place === 'after') return;
    const whole = this.#depth === 0 && !this.#inString && !this.#blank;
    if (whole) yield this.#take();
    throw invalidFile(
      `the file ends in the middle: ${whole ? 'the list is' : `element ${this.#number} is`} not closed`,
    );
  }

  #readString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }

  /** Returns where the first element begins. */
  #begin(chunk: Buffer, at: number): number {
    const byte = chunk[at];
    const found = quote(chunk.subarray(at, at + 80).toString(), 20);
    if (this.#place === 'after') {
      throw invalidFile(
        `more follows the end of the JSON: ${found}. A file of one object a line is .ndjson, and jq -c . writes one`,
      );
    }
    if (byte !== OPEN_LIST && byte !== OPEN_OBJECT) {
      throw invalidFile(`the file is not a list of objects: it begins with ${found}`);
    }
    const isList = byte === OPEN_LIST;
    this.#place = isList ? 'array' : 'object';
    this.#depth = isList ? 0 : 1;
    this.#blank = isList;
    return isList ? at + 1 : at;
  }

  /** Follows the depth of brackets. True for the byte that ends an element. */
  #ends(byte: number): boolean {
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.#depth++;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      if (this.#place === 'object') return --this.#depth === 0;
      if (this.#depth > 0) this.#depth--;
      else return byte === CLOSE_LIST;
    }
    return byte === COMMA && this.#depth === 0;
  }

  #keep(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size > MAX_ROW_BYTES) this.#pieces = [];
    else this.#pieces.push(piece);
  }

  #take(): Element {
    const bytes = this.#size > MAX_ROW_BYTES ? undefined : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#size = 0;
    this.#blank = true;
    return { number: this.#number++, bytes };
  }
}

function invalidFile(message: string): AppError {
  return new AppError('BAD_USER_INPUT', message);
}
