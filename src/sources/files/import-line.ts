/** What one row of an import file turned out to be. `line` counts from 1: see readImportFile for what it counts. */
export type ImportLine<T> = { line: number } & ({ record: T } | { deleted: string } | RefusedRow);

/** One row as the file holds it: an object of fields, not yet looked at, or why there is none. */
export type Row = { line: number } & ({ value: unknown } | RefusedRow);

interface RefusedRow {
  refused: string;
  /** The last line of a row that takes several lines. */
  lastLine?: number;
}

/** A longer line, element or CSV row is refused, and passed over without being kept. */
export const MAX_ROW_BYTES = 1024 * 1024;

export const TOO_LONG = 'longer than 1 MiB';
export const NOT_UTF8 = 'not UTF-8: save the file as UTF-8';
export const NEVER_CLOSED = 'a quote opens in this row and is never closed: only this line is refused';
