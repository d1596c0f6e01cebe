import type { Query } from 'mysql2';
import { type Cell, type CellKind, type Key, type WrittenForm, WrittenRow } from '../written-rows.js';
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

/**
 * Writes rows from the bytes of the server into the bytes of an answer. No value becomes a JavaScript string on the way:
 * that costs more than all the rest, and so does a server that writes JSON itself, by CONCAT and JSON_QUOTE.
 */
export class WireWriter<Row> {
  readonly #rows: (WrittenRow & Row)[] = [];
  readonly #cells: readonly WireCell[];
  readonly #keys: readonly WireKey[];
  readonly #writeCell: WriteCell;
  readonly #end: Uint8Array;
  readonly #separator: Uint8Array;
  /** Bytes that are written of every row whatever its values are, at most. */
  readonly #around: number;
  readonly #sheet: WireSheet;
  #failure: Error | undefined;

  constructor(form: WrittenForm) {
    const isJson = form.notation === 'json';
    const values = selectedValues(form);
    this.#cells = form.cells.map((cell, at) => wireCell(cell, at, isJson));
    this.#keys = form.keys.map(({ name, value, kind }) => ({ name, kind, column: values.indexOf(value) }));
    this.#writeCell = cellWriters[form.notation];
    this.#end = bytesOf(isJson ? '}' : '');
    this.#separator = bytesOf(form.separator);
    this.#around = this.#cells.reduce((sum, { head }) => sum + head.length + MOST_AROUND_VALUE, 16);
    this.#sheet = new WireSheet(form.separator);
  }

  /**
   * The rows that were written.
   * @throws Error where one could not be written
   */
  finish(): (WrittenRow & Row)[] {
    if (this.#failure) throw this.#failure;
    return this.#rows;
  }

  /** Writes the next row. It does not throw: the driver, which calls it, would leave the connection in the middle of an answer. */
  write(packet: RowPacket): void {
    if (this.#failure) return;
    try {
      this.#write(packet);
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  #write({ buffer, offset, end }: RowPacket): void {
    const sheet = this.#sheet;
    sheet.makeRoom(this.#around + MOST_BYTES_OF_ONE * (end - offset));
    const start = sheet.length;
    const wire = new Wire(buffer, offset);
    for (const { head, kind } of this.#cells) {
      sheet.put(head);
      wire.next();
      this.#writeCell(sheet, kind, wire);
    }
    sheet.put(this.#end);
    const row = new WrittenRow(sheet, start, sheet.length);
    sheet.put(this.#separator);
    for (const { name, kind, column } of this.#keys) {
      // Those that are no cells follow the cells in their order.
      const at = column < this.#cells.length ? new Wire(buffer, offset).skip(column) : wire;
      at.next();
      (row as unknown as Record<string, unknown>)[name] = readKey(kind, at);
    }
    this.#rows.push(row as WrittenRow & Row);
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

interface WireKey extends Pick<Key, 'name' | 'kind'> {
  readonly column: number;
}

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
  /** Where the value stands in the buffer. */
  from = 0;
  to: number;

  constructor(
    readonly buffer: Buffer,
    offset: number,
  ) {
    this.to = offset;
  }

  get isNull(): boolean {
    return this.from < 0;
  }

  skip(values: number): this {
    for (let left = values; left > 0; left--) this.next();
    return this;
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
