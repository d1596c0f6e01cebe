import type { Query } from 'mysql2';
import { type Cell, type CellKind, type Key, type Sheet, type WrittenForm, WrittenRow } from '../written-rows.js';
import { bytesOf, cellWriters, type Sent, WireSheet, type WriteCell } from './mysql-sheet.js';

/**
 * A row as mysql2 has it from the server: its values as text, each behind its length (MySQL's client/server protocol,
 * ProtocolText::ResultsetRow).
 */
export interface RowPacket {
  readonly buffer: Buffer;
  /** Where the first value begins. */
  readonly offset: number;
  readonly end: number;
}

/** What is selected of the rows: the cells in their order, then those keys that are not among them. */
export function selectedValues({ cells, keys }: WrittenForm): string[] {
  const ofCells = cells.map(({ value }) => value);
  return [...ofCells, ...keys.map(({ value }) => value).filter((value) => !ofCells.includes(value))];
}

/** How rows of a form are written and read: worked out once for all statements of it. */
interface Layout {
  readonly cells: readonly WireCell[];
  readonly writeCell: WriteCell;
  readonly end: Uint8Array;
  readonly separator: string;
  /** Bytes that are written of every row whatever its values are, at most. */
  readonly around: number;
  /** Has the keys as properties. */
  readonly Row: typeof WireRow;
}

/** By cells, as long as they are kept, and by all else that forms with the same cells may differ in. */
const layouts = new WeakMap<readonly Cell[], Map<string, Layout>>();

function layoutOf(form: WrittenForm): Layout {
  const { cells, notation, separator, keys } = form;
  const rest = keys.reduce((text, { name, value, kind }) => `${text} ${name} ${value} ${kind}`, notation + separator);
  let ofCells = layouts.get(cells);
  if (!ofCells) {
    ofCells = new Map();
    layouts.set(cells, ofCells);
  }
  let layout = ofCells.get(rest);
  if (!layout) {
    layout = makeLayout(form);
    ofCells.set(rest, layout);
  }
  return layout;
}

function makeLayout(form: WrittenForm): Layout {
  const { notation, separator } = form;
  const isJson = notation === 'json';
  const cells = form.cells.map((cell, at) => wireCell(cell, at, isJson));
  return {
    cells,
    writeCell: cellWriters[notation],
    end: bytesOf(`${isJson ? '}' : ''}${separator}`),
    separator,
    around: cells.reduce((sum, { head }) => sum + head.length + MOST_AROUND_VALUE, 16),
    Row: rowClass(form),
  };
}

/**
 * A row that reads its keys when it is asked for them, from the bytes of its packet; the packet itself is the driver's, which
 * uses it again.
 */
class WireRow extends WrittenRow {
  constructor(
    sheet: Sheet,
    start: number,
    end: number,
    readonly buffer: Buffer,
    readonly offset: number,
  ) {
    super(sheet, start, end);
  }
}

function rowClass(form: WrittenForm): typeof WireRow {
  const values = selectedValues(form);
  class Row extends WireRow {}
  for (const { name, value, kind } of form.keys) {
    const column = values.indexOf(value);
    Object.defineProperty(Row.prototype, name, {
      get(this: WireRow) {
        const wire = new Wire();
        wire.begin(this.buffer, this.offset);
        for (let at = 0; at <= column; at++) wire.next();
        return readKey(kind, wire);
      },
    });
  }
  return Row;
}

/**
 * Writes rows from the bytes of the server into the bytes of an answer. No value becomes a JavaScript string on the way:
 * that costs more than all the rest, and so does a server that writes JSON itself, by CONCAT and JSON_QUOTE.
 */
export class WireWriter<Keys> {
  readonly #rows: (WrittenRow & Keys)[] = [];
  readonly #layout: Layout;
  readonly #wire = new Wire();
  #sheet: WireSheet;
  #failure: Error | undefined;

  constructor(form: WrittenForm) {
    this.#layout = layoutOf(form);
    this.#sheet = new WireSheet(form.separator, 0);
  }

  /**
   * The rows that were written.
   * @throws Error where one could not be written
   */
  finish(): (WrittenRow & Keys)[] {
    if (this.#failure) throw this.#failure;
    return this.#rows;
  }

  /** Writes the next row. It does not throw: the driver, which calls it, would leave the connection in the middle of an answer. */
  write(packet: RowPacket): void {
    if (this.#failure) return;
    try {
      this.#rows.push(this.#write(packet) as unknown as WrittenRow & Keys);
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  #write({ buffer, offset, end: endOfPacket }: RowPacket): WireRow {
    const { cells, writeCell, end, separator, around, Row } = this.#layout;
    const length = endOfPacket - offset;
    const most = around + MOST_BYTES_OF_ONE * length;
    if (this.#sheet.room < most) {
      // What is written of all that came from the socket at once, if its rows are like this one.
      const likely = Math.ceil((buffer.length - offset) * (1 + around / length));
      this.#sheet = new WireSheet(separator, most + Math.min(likely, MOST_OF_PAGE));
    }
    const sheet = this.#sheet;
    const wire = this.#wire;
    const start = sheet.length;
    wire.begin(buffer, offset);
    for (const { head, kind } of cells) {
      sheet.put(head);
      wire.next();
      writeCell(sheet, kind, wire);
    }
    sheet.put(end);
    return new Row(sheet, start, sheet.length - separator.length, buffer, offset);
  }
}

/**
 * Gives the rows of a statement that was just sent to a writer, instead of having the driver read them. The driver calls
 * `row` of a statement with each packet of its rows, and goes on with the method that it returns (mysql2,
 * lib/commands/query.js).
 */
export function writeRows(query: Query, writer: WireWriter<unknown>): void {
  const running = query as unknown as RunningQuery;
  const readRow = running.row;
  running.row = (packet, connection) => {
    if (packet.isEOF()) return readRow.call(running, packet, connection);
    writer.write(packet);
    return running.row;
  };
}

interface RunningQuery {
  row(packet: RowPacket & { isEOF(): boolean }, connection: unknown): unknown;
}

interface WireCell {
  /** What stands before its value. */
  readonly head: Uint8Array;
  readonly kind: CellKind;
}

/** Bytes of a sheet, but for those of one row. */
const MOST_OF_PAGE = 256 * 1024;
/** The escape of a control character is six bytes long. */
const MOST_BYTES_OF_ONE = 6;
/** `false`, or quotation marks, an apostrophe and the Z of a time. */
const MOST_AROUND_VALUE = 5;

function wireCell({ name, kind }: Cell, at: number, isJson: boolean): WireCell {
  const comma = at === 0 ? '' : ',';
  return { head: bytesOf(isJson ? `${at === 0 ? '{' : ','}"${name}":` : comma), kind };
}

/** Walks through the values of a row. */
class Wire implements Sent {
  buffer: Buffer = Buffer.alloc(0);
  /** Where the value stands in the buffer; of NULL below zero. */
  from = 0;
  to = 0;

  get isNull(): boolean {
    return this.from < 0;
  }

  begin(buffer: Buffer, offset: number): void {
    this.buffer = buffer;
    this.to = offset;
  }

  /** Goes on to the next value. Its length is a number of one byte, or of the two, three or eight that follow a mark. */
  next(): void {
    const { buffer } = this;
    const at = this.to;
    const first = buffer[at]!;
    if (first === NULL) {
      this.from = -1;
      this.to = at + 1;
      return;
    }
    const bytes = first < NULL ? 0 : lengths[first - NULL - 1]!;
    let length = bytes === 0 ? first : 0;
    for (let n = bytes; n > 0; n--) length = length * 256 + buffer[at + n]!;
    this.from = at + 1 + bytes;
    this.to = this.from + length;
  }
}

const NULL = 0xfb;
/** Behind the marks 0xfc, 0xfd and 0xfe. */
const lengths = [2, 3, 8];

function readKey(kind: Key['kind'], { isNull, buffer, from, to }: Sent): string | number | null {
  if (isNull) return null;
  const text = buffer.toString('utf8', from, to);
  if (kind === 'number') return Number(text);
  return kind === 'time' ? `${text.slice(0, 10)}T${text.slice(11)}Z` : text;
}
