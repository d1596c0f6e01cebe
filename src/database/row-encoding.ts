/** How rows are written: as JSON objects, or as rows of CSV (RFC 4180), of which `safe-csv` is disarmed for spreadsheets. */
export type Notation = 'json' | 'csv' | 'safe-csv';

/** How a value is written: a number, true or false, text, a time; `word` is text in which nothing is ever escaped. */
export type CellKind = 'number' | 'boolean' | 'text' | 'word' | 'time';

/** A value of a row that is written: its name in the text, a GraphQL name, and its SQL expression. */
export interface Cell {
  readonly name: string;
  readonly value: string;
  readonly kind: CellKind;
  readonly isNullable: boolean;
}

/** A value that is read of each row beside its text. */
export interface Key {
  readonly name: string;
  /** Its SQL expression. */
  readonly value: string;
  readonly kind: 'number' | 'text' | 'time';
}

/** What rows are written as. */
export interface RowForm {
  readonly notation: Notation;
  readonly cells: readonly Cell[];
  /** What shall stand between rows. */
  readonly separator: string;
}

/** What rows are written as, and read with. */
export interface EncodedForm extends RowForm {
  readonly keys: readonly Key[];
}

/** Bytes that rows stand in, one behind the other. */
export interface RowBuffer {
  readonly bytes: Buffer;
  /** What stands between them. */
  readonly separator: string;
}

/** A row whose text is written, in UTF-8. It has its keys besides, as properties. */
export class EncodedRow {
  constructor(
    readonly buffer: RowBuffer,
    readonly start: number,
    readonly end: number,
  ) {}

  /** Its bytes, which are nobody's to change. */
  get text(): Buffer {
    return this.buffer.bytes.subarray(this.start, this.end);
  }

  /** Its bytes as the characters of a string, for what is put together of strings and becomes bytes by `latin1` again. */
  get latin1(): string {
    return this.buffer.bytes.toString('latin1', this.start, this.end);
  }
}

/** The texts of rows with a separator between them, as parts that follow one another. */
export function joinRows(rows: readonly EncodedRow[], separator: string): Buffer[] {
  const parts: Buffer[] = [];
  const between = Buffer.from(separator);
  for (let at = 0; at < rows.length; ) {
    const { buffer, start } = rows[at]!;
    let { end } = rows[at]!;
    at += 1;
    // Rows in the order in which they were written are joined already.
    while (at < rows.length && buffer.separator === separator) {
      const next = rows[at]!;
      if (next.buffer !== buffer || next.start !== end + between.length) break;
      end = next.end;
      at += 1;
    }
    if (parts.length > 0) parts.push(between);
    parts.push(buffer.bytes.subarray(start, end));
  }
  return parts;
}
