import {
  type Cell,
  type CellKind,
  type EncodedForm,
  EncodedRow,
  type Key,
  type Notation,
} from '../../../row-encoding.js';

/** Where the columns of a layout stand in the memory of the module that writes rows. */
export const COLUMNS_AT = 16;

/** What is selected of the rows: the cells in their order, then those keys that are not among them. */
export function selectedValues({ cells, keys }: EncodedForm): string[] {
  const ofCells = cells.map(({ value }) => value);
  return [...ofCells, ...keys.map(({ value }) => value).filter((value) => !ofCells.includes(value))];
}

/** How rows of a form are written and read: worked out once for all statements of it. */
export interface Layout {
  /** What the module reads of it, as it stands from COLUMNS_AT on. */
  readonly memory: Uint8Array;
  readonly columns: number;
  /** Where what stands behind each row is, and its length. */
  readonly ending: number;
  readonly endingLength: number;
  readonly separator: string;
  /** Bytes that are written of every row whatever its values are, at most. */
  readonly around: number;
  readonly isJson: boolean;
  /** Has the keys as properties. */
  readonly Row: typeof KeyedRow;
}

/** Bytes in which rows stand, and beside them the values of their keys, as the server sent them. */
export interface KeyedBuffer {
  readonly bytes: Buffer;
  readonly separator: string;
  readonly kept: Buffer;
}

/** A row that reads its keys when it is asked for them. */
export class KeyedRow extends EncodedRow {
  declare readonly buffer: KeyedBuffer;

  constructor(
    buffer: KeyedBuffer,
    start: number,
    end: number,
    /** Where its keys begin in what is kept. */
    readonly keptAt: number,
  ) {
    super(buffer, start, end);
  }
}

/** By cells, as long as they are kept, and by all else that forms with the same cells may differ in. */
const layouts = new WeakMap<readonly Cell[], Map<string, Layout>>();

export function layoutOf(form: EncodedForm): Layout {
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

/** How a value is written, as `wasm/row-encoder.ts` numbers it. */
const SKIPPED = 0;
const AS_IT_IS = 1;
const BOOLEAN = 2;
const json: Readonly<Record<CellKind, number>> = { number: AS_IT_IS, boolean: BOOLEAN, word: 3, text: 4, time: 5 };
const csv: Readonly<Record<CellKind, number>> = {
  number: AS_IT_IS,
  boolean: BOOLEAN,
  word: AS_IT_IS,
  time: 6,
  text: 7,
};
const kinds: Readonly<Record<Notation, Readonly<Record<CellKind, number>>>> = {
  json,
  csv,
  'safe-csv': { ...csv, text: 8 },
};

/** `false`, or quotation marks, an apostrophe and the Z of a time. */
const MAX_AROUND_VALUE = 5;
/** Of a column, what the module reads: an address, a length, and two bytes. */
const COLUMN = 12;

function makeLayout(form: EncodedForm): Layout {
  const { cells, notation, separator, keys } = form;
  const isJson = notation === 'json';
  const values = selectedValues(form);
  const kept = new Set(keys.map(({ value }) => values.indexOf(value)));
  const heads = values.map((_, at) => (cells[at] ? headOf(cells[at], at, isJson) : NOTHING));
  const ending = Buffer.from(`${isJson ? '}' : ''}${separator}`);
  const columns = Buffer.alloc(values.length * COLUMN);
  let text = COLUMNS_AT + columns.length;
  for (const [at, head] of heads.entries()) {
    const cell = cells[at];
    columns.writeUInt32LE(text, at * COLUMN);
    columns.writeUInt32LE(head.length, at * COLUMN + 4);
    columns[at * COLUMN + 8] = cell ? kinds[notation][cell.kind] : SKIPPED;
    columns[at * COLUMN + 9] = kept.has(at) ? 1 : 0;
    text += head.length;
  }
  return {
    memory: Buffer.concat([columns, ...heads, ending]),
    columns: values.length,
    ending: text,
    endingLength: ending.length,
    separator,
    around: heads.reduce((sum, { length }) => sum + length + MAX_AROUND_VALUE, ending.length),
    isJson,
    Row: rowClass(
      keys,
      [...kept].sort((a, b) => a - b).map((at) => values[at]!),
    ),
  };
}

const NOTHING = Buffer.alloc(0);

/** What stands before the value of a cell. */
function headOf({ name }: Cell, at: number, isJson: boolean): Buffer {
  if (isJson) return Buffer.from(`${at === 0 ? '{' : ','}"${name}":`);
  return at === 0 ? NOTHING : Buffer.from(',');
}

/** Rows of which these values are kept, in their order. */
function rowClass(keys: readonly Key[], kept: readonly string[]): typeof KeyedRow {
  class Row extends KeyedRow {}
  for (const { name, value, kind } of keys) {
    const place = kept.indexOf(value);
    Object.defineProperty(Row.prototype, name, {
      get(this: KeyedRow) {
        return readKey(kind, this.buffer.kept, this.keptAt, place);
      },
    });
  }
  return Row;
}

/** A value of several that follow one another, each behind its length: a byte, or the two, three or eight that follow a mark. */
function readKey(kind: Key['kind'], bytes: Buffer, from: number, place: number): string | number | null {
  for (let at = from, n = 0; ; n++) {
    const first = bytes[at]!;
    const mark = first > NULL ? lengths[first - NULL - 1]! : 0;
    let length = first < NULL ? first : 0;
    for (let byte = mark; byte > 0; byte--) length = length * 256 + bytes[at + byte]!;
    const start = at + 1 + mark;
    at = start + length;
    if (n < place) continue;
    if (first === NULL) return null;
    const text = bytes.toString('utf8', start, at);
    if (kind === 'number') return Number(text);
    return kind === 'time' ? `${text.slice(0, 10)}T${text.slice(11)}Z` : text;
  }
}

const NULL = 0xfb;
/** Behind the marks 0xfc, 0xfd and 0xfe. */
const lengths = [2, 3, 8];
