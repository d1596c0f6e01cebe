import { AppError } from '../../lib/app-error.js';
import { contentEnd, followQuotes } from './csv-quotes.js';
import { MAX_ROW_BYTES, NEVER_CLOSED, TOO_LONG } from './import-line.js';
import { findLineEnd } from './line-end.js';
import { isBlank, type Line, lines } from './lines.js';

/** How far the end of a quoted value is looked for: a longer row is refused anyway. */
const MAX_OPEN_BYTES = 16 * MAX_ROW_BYTES;

/** Bytes of lines that may be read again after quotes that are never closed: it bounds the work of one file. */
const MAX_REREAD_BYTES = 4 * MAX_OPEN_BYTES;

/** One record of a CSV file, from its first to its last line: its bytes without the line end, or why there are none. */
export type CsvRecord = { line: number; lastLine: number } & (
  | { bytes: Buffer; error?: never }
  | { bytes?: never; error: string }
);

/**
 * Joins the lines of a CSV file to records: a line end within a quoted value does not end one. Of a record whose quote is
 * never closed only the first line is refused, and the lines after it are read again.
 */
export async function* csvRecords(chunks: AsyncGenerator<Buffer>): AsyncGenerator<CsvRecord[]> {
  const { lineEnd, all } = await findLineEnd(chunks);
  const joiner = new RecordJoiner(Buffer.of(lineEnd));
  for await (const batch of lines(all, { lineEnd, limit: MAX_OPEN_BYTES })) yield joiner.push(batch);
  yield joiner.end();
}

class RecordJoiner {
  /** The lines of the record that has begun, and those that are still to be looked at. */
  #lines: Line[] = [];
  /** How many of them the record has so far, and their bytes. */
  #taken = 0;
  #size = 0;
  #isOpen = false;
  #reread = 0;

  constructor(readonly lineEnd: Buffer) {}

  push(batch: Line[]): CsvRecord[] {
    if (this.#lines.length === 0) this.#lines = batch;
    else for (const line of batch) this.#lines.push(line);
    return this.#read(false);
  }

  /** The last records: a quote that is open now is never closed. */
  end(): CsvRecord[] {
    return this.#read(true);
  }

  #read(isEnd: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    let first = 0;
    for (;;) {
      const line = this.#lines[first + this.#taken];
      if (!line && isEnd && this.#isOpen) records.push(this.#refuseFirst(this.#lines[first++]!));
      else if (!line) break;
      else if (this.#taken === 0 && line.bytes && isBlank(line.bytes)) first += 1;
      else if (this.#add(line)) {
        if (this.#isOpen) records.push(this.#refuseFirst(this.#lines[first++]!));
        else {
          records.push(this.#join(this.#lines.slice(first, first + this.#taken)));
          first += this.#taken;
          this.#forget();
        }
      }
    }
    this.#lines = this.#lines.slice(first);
    return records;
  }

  /** Adds a line to the record; true if nothing more can be added. The record is then whole, unless a quote is open. */
  #add({ bytes, size }: Line): boolean {
    this.#taken += 1;
    this.#size += size + 1;
    // Where the quotes are in a line that was not kept is not known: the record ends with it.
    const state = bytes ? followQuotes(bytes, this.#isOpen) : 'closed';
    if (state === 'broken') return true;
    this.#isOpen = state === 'open';
    return !this.#isOpen || this.#size > MAX_OPEN_BYTES;
  }

  /** Refuses the first line of a record whose quote is never closed; the lines after it are to be looked at again. */
  #refuseFirst({ line, size }: Line): CsvRecord {
    this.#reread += this.#size - size;
    if (this.#reread > MAX_REREAD_BYTES) {
      const message = `too many quotes are never closed, up to line ${line}: a value that holds a quote must be in quotes, with the quote written twice`;
      throw new AppError('BAD_USER_INPUT', message);
    }
    this.#forget();
    return { line, lastLine: line, error: NEVER_CLOSED };
  }

  #join(taken: readonly Line[]): CsvRecord {
    const place = { line: taken[0]!.line, lastLine: taken.at(-1)!.line };
    // The last line has its line end already counted in the size.
    if (this.#size - 1 > MAX_ROW_BYTES || taken.some(({ bytes }) => !bytes)) return { ...place, error: TOO_LONG };
    const [only] = taken;
    const bytes =
      taken.length === 1
        ? only!.bytes!
        : Buffer.concat(taken.flatMap(({ bytes }, n) => (n === 0 ? [bytes!] : [this.lineEnd, bytes!])));
    return { ...place, bytes: bytes.subarray(0, contentEnd(bytes)) };
  }

  #forget(): void {
    this.#taken = 0;
    this.#size = 0;
    this.#isOpen = false;
  }
}
