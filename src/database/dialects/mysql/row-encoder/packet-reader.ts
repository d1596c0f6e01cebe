import type { EncodedForm, EncodedRow } from '../../../row-encoding.js';
import { type Layout, layoutOf } from './layout.js';
import { encodePackets, Outcome } from './wasm-encoder.js';

/**
 * Reads the server's answer to one statement and encodes its rows. No value becomes a JavaScript string on the way.
 *
 * The answer is MySQL's COM_QUERY response: a packet with the number of columns, one for each of them, one that
 * ends them, one for each row, and one that ends the rows or has an error. The driver reads that last one.
 */
export class PacketReader<Keys> {
  readonly #rows: (EncodedRow & Keys)[] = [];
  readonly #layout: Layout;
  /** What has come and is not read yet. */
  #parts: Buffer[] = [];
  #length = 0;
  /** How much must have come before there is something to read. */
  #wanted = HEADER;
  /** Packets before the first row that were passed over. */
  #passed = 0;
  #areRows = false;

  constructor(
    form: EncodedForm,
    /** Takes over at a packet, which begins these bytes and has this number. */
    readonly goOn: (bytes: Buffer, sequenceId: number, areRows: boolean) => void,
    /** The answer cannot be read, and the connection is of no more use. */
    readonly fail: (error: Error) => void,
  ) {
    this.#layout = layoutOf(form);
  }

  get rows(): (EncodedRow & Keys)[] {
    return this.#rows;
  }

  /** Reads on. It does not throw: the driver, which calls it, would know no way to go on. */
  execute(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#wanted) return;
    try {
      this.#read();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  #read(): void {
    if (!this.#areRows && !this.#passOver()) return;
    if (this.#length === 0) return;
    const { outcome, read } = encodePackets(this.#layout, this.#parts, this.#rows);
    if (outcome === Outcome.TOO_LONG) throw new Error('a row has 16 MiB or more, and is not taken');
    if (outcome === Outcome.LAST) this.#handBack(this.#from(read), true);
    else this.#keepFrom(read);
  }

  #handBack(bytes: Buffer, areRows: boolean): void {
    this.goOn(bytes, bytes[HEADER - 1]!, areRows);
  }

  /** Passes over what stands before the first row; whether it has come. */
  #passOver(): boolean {
    const bytes = this.#from(0);
    let at = 0;
    while (at + HEADER < bytes.length) {
      const length = bytes.readUIntLE(at, 3);
      const next = at + HEADER + length;
      if (next > bytes.length) break;
      const first = bytes[at + HEADER]!;
      // Nothing was selected, or something went wrong.
      if (first === ERROR || (this.#passed === 0 && (first === OK || first === FILE))) {
        this.#handBack(bytes.subarray(at), false);
        return false;
      }
      at = next;
      this.#passed += 1;
      this.#areRows = first === END && length < MAX_END;
      if (this.#areRows) break;
    }
    this.#keepFrom(at);
    return this.#areRows;
  }

  /** Keeps what is no whole packet until the rest of it has come. */
  #keepFrom(read: number): void {
    const rest = this.#from(read);
    this.#parts = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    this.#wanted = HEADER + (rest.length < HEADER ? 1 : rest.readUIntLE(0, 3));
  }

  /** What has come, from a place in it. */
  #from(place: number): Buffer {
    const parts = this.#parts;
    let [at, from] = [0, place];
    while (at < parts.length - 1 && from >= parts[at]!.length) from -= parts[at++]!.length;
    const first = parts[at]!.subarray(from);
    return at === parts.length - 1 ? first : Buffer.concat([first, ...parts.slice(at + 1)]);
  }
}

/** The header of a packet: its length in three bytes, and its number. */
const HEADER = 4;
/** First bytes of packets. */
const OK = 0x00;
const FILE = 0xfb;
const END = 0xfe;
const ERROR = 0xff;
/** The bytes of a packet that ends columns or rows are fewer. */
const MAX_END = 9;
