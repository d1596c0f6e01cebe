import { isUtf8 } from 'node:buffer';
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { type CsvRecord, csvRecords } from './csv-records.js';
import { NOT_UTF8, type Row, TOO_LONG } from './import-line.js';

const LINE_FEED = Buffer.from('\n');

/**
 * The rows of a CSV file, as objects of texts under the names of the header; an empty cell is left out. `checkHeader`
 * is called before there is any row and throws for a header that will not do. A row's line is the one it begins on.
 */
export async function* csvRows(
  bytes: AsyncIterable<Buffer>,
  checkHeader: (header: string[]) => void,
): AsyncGenerator<Row[]> {
  let header: string[] | undefined;
  for await (const records of csvRecords(bytes)) {
    const rows: Row[] = [];
    for (const { line, cells, fault } of cellsOf(records)) {
      if (!header) {
        header = (cells ?? []).map((name) => name.trim());
        checkHeader(header);
      } else if (cells?.length === header.length) rows.push({ line, value: toObject(header, cells) });
      else rows.push({ line, refused: fault ?? `${cells!.length} cells, where the header has ${header.length}` });
    }
    yield rows;
  }
}

type Cells = { line: number } & ({ cells: string[]; fault?: never } | { cells?: never; fault: string });

/** Parses records together, which is quicker; one by one if there is a fault among them. */
function cellsOf(records: CsvRecord[]): Cells[] {
  if (records.every(isSound)) {
    try {
      const parsed = parseCells(records.flatMap(({ bytes }) => [bytes!, LINE_FEED]));
      if (parsed.length === records.length) return parsed.map((cells, i) => ({ line: records[i]!.line, cells }));
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
    }
  }
  return records.map(cellsOfOne);
}

function isSound({ bytes, open }: CsvRecord): boolean {
  return bytes !== undefined && !open && isUtf8(bytes);
}

function cellsOfOne({ line, bytes, open }: CsvRecord): Cells {
  if (!bytes) return { line, fault: TOO_LONG };
  if (open) return { line, fault: 'a quote opens in this row and is never closed' };
  if (!isUtf8(bytes)) return { line, fault: NOT_UTF8 };
  try {
    const [cells, ...more] = parseCells([bytes]);
    if (cells && more.length === 0) return { line, cells };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
  }
  return { line, fault: 'a quote within a value: put the value in quotes and write the quote twice' };
}

function parseCells(pieces: Buffer[]): string[][] {
  return parse(Buffer.concat(pieces), { record_delimiter: ['\r\n', '\n'], relax_column_count: true });
}

function toObject(header: string[], cells: string[]): Record<string, string> {
  const row: Record<string, string> = {};
  for (let i = 0; i < header.length; i++) if (cells[i] !== '') row[header[i]!] = cells[i]!;
  return row;
}
