import { stringify } from 'csv-stringify/sync';
import { escapeFormula } from '../../lib/formula.js';
import type { Column, Row } from './modules.js';

export type FormatName = 'ndjson' | 'csv';

/** How rows stand in a file. `id` is the first column, so a record can be known without reading the rest of it. */
export interface RowFormat {
  extension: FormatName;
  /** What ends each record. */
  end: string;
  /** A quoted cell may hold the end of a line. */
  quoted: boolean;
  header(columns: readonly Column[]): string;
  text(columns: readonly Column[], rows: readonly Row[]): string;
  idOf(record: string): string;
}

const JSON_ID = /^\{"id":("(?:[^"\\]|\\.)*")/;
const CSV_FIRST_CELL = /^(?:"((?:[^"]|"")*)"|([^",]*))/;

const NDJSON: RowFormat = {
  extension: 'ndjson',
  end: '\n',
  quoted: false,
  header: () => '',
  text: (_columns, rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  idOf: (record) => JSON.parse(JSON_ID.exec(record)?.[1] ?? 'null') ?? JSON.parse(record).id,
};

/** As RFC 4180 has it, lines ended by CRLF. Nested values are cells of JSON text, lists of words are joined with `;`. */
const CSV: RowFormat = csvFormat((text) => text);

/** The same, with text disarmed that a spreadsheet may run as a formula. */
const SAFE_CSV: RowFormat = csvFormat(escapeFormula);

function csvFormat(write: (text: string) => string): RowFormat {
  return {
    extension: 'csv',
    end: '\r\n',
    quoted: true,
    header: (columns) => csv([columns.map(({ name }) => name)]),
    text: (columns, rows) => csv(rows.map((row) => columns.map((column) => write(cell(column, row[column.name]))))),
    idOf: (record) => {
      const [, quoted, plain] = CSV_FIRST_CELL.exec(record) ?? [];
      return quoted?.replaceAll('""', '"') ?? plain ?? '';
    },
  };
}

/** The format of a name; `isSafe` is for CSV alone. */
export function rowFormat(name: FormatName, isSafe = false): RowFormat {
  if (name === 'ndjson') return NDJSON;
  return isSafe ? SAFE_CSV : CSV;
}

function csv(rows: string[][]): string {
  // A cell with half of a CRLF must be quoted too: readers end a record at either.
  return stringify(rows, { record_delimiter: '\r\n', quote_record_delimiter: true });
}

function cell(column: Column, value: unknown): string {
  if (column.cell === 'json') return JSON.stringify(value);
  if (column.cell === 'list') return (value as string[]).join(';');
  return value === null || value === undefined ? '' : String(value);
}
