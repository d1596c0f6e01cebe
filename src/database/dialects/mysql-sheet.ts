import { type CellKind, FORMULA_STARTS, type Notation, type Sheet } from '../written-rows.js';

/** A value as the server sent it: some bytes of a buffer. */
export interface Sent {
  readonly isNull: boolean;
  readonly buffer: Buffer;
  readonly from: number;
  readonly to: number;
}

export type WriteCell = (sheet: WireSheet, kind: CellKind, value: Sent) => void;

/** Where rows are written. Whoever writes looks for room before. */
export class WireSheet implements Sheet {
  readonly bytes: Buffer;
  length = 0;

  constructor(
    readonly separator: string,
    size: number,
  ) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  get room(): number {
    return this.bytes.length - this.length;
  }

  putByte(byte: number): void {
    this.bytes[this.length++] = byte;
  }

  put(source: Uint8Array): void {
    this.copy(source, 0, source.length);
  }

  copy(source: Uint8Array, from: number, to: number): void {
    const { bytes } = this;
    let { length } = this;
    for (let at = from; at < to; at++) bytes[length++] = source[at]!;
    this.length = length;
  }

  /** A DATETIME as RFC 3339. */
  copyTime(source: Uint8Array, from: number, to: number): void {
    const start = this.length;
    this.copy(source, from, to);
    this.bytes[start + 10] = 0x54;
    this.putByte(0x5a);
  }

  /** The characters of a JSON string, as JSON.stringify writes them. */
  escape(source: Uint8Array, from: number, to: number): void {
    const { bytes } = this;
    let { length } = this;
    for (let at = from; at < to; at++) {
      const byte = source[at]!;
      if (isEscaped[byte] === 0) bytes[length++] = byte;
      else for (const part of escapes[byte]!) bytes[length++] = part;
    }
    this.length = length;
  }

  doubleQuotes(source: Uint8Array, from: number, to: number): void {
    const { bytes } = this;
    let { length } = this;
    for (let at = from; at < to; at++) {
      const byte = source[at]!;
      if (byte === QUOTE) bytes[length++] = QUOTE;
      bytes[length++] = byte;
    }
    this.length = length;
  }
}

/** By byte, as JSON has it: every byte of a character beyond ASCII stands as it is. */
const escapes = Array.from({ length: 256 }, (_, byte) =>
  bytesOf(byte > 0x7f ? '' : JSON.stringify(String.fromCharCode(byte)).slice(1, -1)),
);
const isEscaped = Uint8Array.from(escapes, ({ length }) => (length > 1 ? 1 : 0));

const WORDS = { null: bytesOf('null'), true: bytesOf('true'), false: bytesOf('false') };
const ZERO = 0x30;
const QUOTE = 0x22;

function writeJson(sheet: WireSheet, kind: CellKind, { isNull, buffer, from, to }: Sent): void {
  if (isNull) sheet.put(WORDS.null);
  else if (kind === 'number') sheet.copy(buffer, from, to);
  else if (kind === 'boolean') sheet.put(buffer[from] === ZERO ? WORDS.false : WORDS.true);
  else {
    sheet.putByte(QUOTE);
    if (kind === 'text') sheet.escape(buffer, from, to);
    else if (kind === 'time') sheet.copyTime(buffer, from, to);
    else sheet.copy(buffer, from, to);
    sheet.putByte(QUOTE);
  }
}

function writeCsv(sheet: WireSheet, kind: CellKind, { isNull, buffer, from, to }: Sent, isSafe: boolean): void {
  if (isNull) return;
  if (kind === 'boolean') sheet.put(buffer[from] === ZERO ? WORDS.false : WORDS.true);
  else if (kind === 'time') sheet.copyTime(buffer, from, to);
  else if (kind !== 'text') sheet.copy(buffer, from, to);
  else {
    sheet.putByte(QUOTE);
    if (isSafe && from < to && FORMULA.has(buffer[from]!)) sheet.putByte(APOSTROPHE);
    sheet.doubleQuotes(buffer, from, to);
    sheet.putByte(QUOTE);
  }
}

const APOSTROPHE = 0x27;
const FORMULA = new Set(FORMULA_STARTS);

/** Writes a value into a sheet, by the notation of its row. */
export const cellWriters: Readonly<Record<Notation, WriteCell>> = {
  json: writeJson,
  csv: (sheet, kind, value) => writeCsv(sheet, kind, value, false),
  'safe-csv': (sheet, kind, value) => writeCsv(sheet, kind, value, true),
};

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}
