import { MAX_ROW_BYTES } from './import-line.js';
import { isBlank, type Line, lines } from './lines.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const LINE_FEED = Buffer.from('\n');

/** One record of a CSV file, which may take several lines; `line` is the first of them. */
export interface CsvRecord extends Line {
  /** The file ended within a quoted value. */
  open: boolean;
}

/** Joins the lines of a CSV file to records: a line feed within a quoted value does not end one. */
export async function* csvRecords(chunks: AsyncIterable<Buffer>): AsyncGenerator<CsvRecord[]> {
  let begun: Begun | undefined;
  for await (const batch of lines(chunks)) {
    const records: CsvRecord[] = [];
    for (const { line, bytes } of batch) {
      if (!begun && bytes && isBlank(bytes)) continue;
      begun ??= new Begun(line);
      begun.add(bytes);
      if (begun.open) continue;
      records.push(begun.record());
      begun = undefined;
    }
    yield records;
  }
  if (begun) yield [begun.record()];
}

/** A record whose end is still to come. */
class Begun {
  open = false;
  #pieces: Buffer[] = [];
  #size = 0;

  constructor(readonly line: number) {}

  add(bytes: Buffer | undefined): void {
    const first = this.#size === 0;
    // Of a line that is too long nobody knows where its quotes are: it ends the record.
    this.open = bytes !== undefined && opensQuote(bytes, this.open);
    this.#size += bytes ? bytes.length + 1 : MAX_ROW_BYTES + 1;
    if (this.#size > MAX_ROW_BYTES) this.#pieces = [];
    else if (first) this.#pieces.push(bytes!);
    else this.#pieces.push(LINE_FEED, bytes!);
  }

  record(): CsvRecord {
    const bytes = this.#size > MAX_ROW_BYTES ? undefined : Buffer.concat(this.#pieces);
    return { line: this.line, bytes, open: this.open };
  }
}

/** Whether a line ends within quotes, given whether it begins so. A quote opens only at the beginning of a value. */
function opensQuote(bytes: Buffer, open: boolean): boolean {
  if (!open && bytes.indexOf(QUOTE) < 0) return false;
  let quoted = open;
  let mayOpen = !open;
  for (const byte of bytes) {
    if (byte === QUOTE) {
      // What closes may open again at once: a doubled quote stands for one.
      if (quoted) mayOpen = true;
      quoted = !quoted && mayOpen;
    } else if (!quoted) mayOpen = byte === COMMA;
  }
  return quoted;
}
