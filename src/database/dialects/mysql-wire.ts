import type { PoolConnection, Query } from 'mysql2';
import type { WrittenForm, WrittenRow } from '../written-rows.js';
import { type Layout, layoutOf } from './mysql-layout.js';
import { Outcome, writePackets } from './mysql-writer.js';

/**
 * Reads the answer of one statement in the place of the driver, and writes its rows from the bytes of the server into the
 * bytes of an answer. No value becomes a JavaScript string on the way, nor a row a packet of the driver's: that costs more
 * than all the rest, and so does a server that writes JSON itself, by CONCAT and JSON_QUOTE.
 *
 * The answer is MySQL's COM_QUERY response: a packet that says how many columns there are, one for each of them, one that
 * ends them, one for each row, and one that ends the rows or says what went wrong. That last one is the driver's again.
 */
export class WireReader<Keys> {
  readonly #rows: (WrittenRow & Keys)[] = [];
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
    form: WrittenForm,
    /** Takes over at a packet, which begins these bytes. */
    readonly goOn: (bytes: Buffer, areRows: boolean) => void,
    /** The answer cannot be read, and the connection is of no more use. */
    readonly fail: (error: Error) => void,
  ) {
    this.#layout = layoutOf(form);
  }

  get rows(): (WrittenRow & Keys)[] {
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
    const { outcome, read } = writePackets(this.#layout, this.#parts, this.#rows);
    if (outcome === Outcome.TOO_LONG) throw new Error('a row has 16 MiB or more, and is not taken');
    if (outcome === Outcome.LAST) this.goOn(this.#from(read), true);
    else this.#keepFrom(read);
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
        this.goOn(bytes.subarray(at), false);
        return false;
      }
      at = next;
      this.#passed += 1;
      this.#areRows = first === END && length < LONGEST_END;
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
const LONGEST_END = 9;

/**
 * Has the rows of a statement that was just handed to a connection be written, instead of having the driver read them;
 * what they are written to. mysql2 has no interface for it: it gives what comes from the server to its `packetParser`
 * (lib/base/connection.js), which is another's as long as this statement runs (`start` and `row` in lib/commands/query.js).
 */
export function writeRows<Keys>(
  connection: PoolConnection,
  query: Query,
  form: WrittenForm,
  fail: (error: Error) => void,
): WireReader<Keys> {
  const driver = connection as unknown as Driver;
  const running = query as unknown as RunningQuery;
  const { packetParser } = driver;
  const goOn = (bytes: Buffer, areRows: boolean): void => {
    driver.packetParser = packetParser;
    driver.sequenceId = bytes[HEADER - 1]!;
    if (areRows) running.next = running.row;
    packetParser.execute(bytes);
  };
  const reader = new WireReader<Keys>(form, goOn, fail);
  // One that waits for another on its connection has not begun.
  if (running.next) driver.packetParser = reader;
  else {
    const { start } = running;
    running.start = (packet, itsConnection) => {
      driver.packetParser = reader;
      return start.call(running, packet, itsConnection);
    };
  }
  return reader;
}

interface Driver {
  packetParser: { execute(chunk: Buffer): void };
  /** The number that the next packet must have. */
  sequenceId: number;
}

type Step = (packet: unknown, connection: unknown) => unknown;

interface RunningQuery {
  /** What is done with the next packet; undefined until it begins. */
  next?: Step | null;
  start: Step;
  readonly row: Step;
}
