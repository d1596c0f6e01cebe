import { isUtf8 } from 'node:buffer';
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { AppError } from '../../lib/app-error.js';
import { hasStrayLineEnd } from './csv-quotes.js';
import { type CsvRecord, csvRecords } from './csv-records.js';
import { NOT_UTF8, type Row } from './import-line.js';

const LINE_FEED = Buffer.from('\n');

/**
 * The rows of a CSV file, as objects of texts under the names of the header; an empty cell is left out. `checkHeader`
 * is called before there is any row and throws for a header that will not do. A row's line is the one it begins on.
 */
export async function* csvRows(
  bytes: AsyncGenerator<Buffer>,
  checkHeader: (header: string[]) => void,
): AsyncGenerator<Row[]> {
  let header: string[] | undefined;
  for await (const records of csvRecords(bytes)) {
    const rows: Row[] = [];
    for (const { line, lastLine, cells, error: problem } of cellsOf(records)) {
      if (!header) {
        if (!cells) throw new AppError('BAD_USER_INPUT', `the header of the CSV file: ${problem}`);
        header = cells.map((name) => name.trim());
        checkHeader(header);
      } else if (cells?.length === header.length) rows.push({ line, value: toObject(header, cells) });
      else {
        const reason = problem ?? `${cells!.length} cells, but the header has ${header.length}`;
        const lines = lastLine > line ? `; the row goes on to line ${lastLine}` : '';
        rows.push({ line, refused: reason + lines, ...(lastLine > line && { lastLine }) });
      }
    }
    yield rows;
  }
}

type Cells = { line: number; lastLine: number } & (
  | { cells: string[]; error?: never }
  | { cells?: never; error: string }
);

/** Parses the sound records together, which is quicker; one by one if there is still a fault among them. */
function cellsOf(records: CsvRecord[]): Cells[] {
  const errors = records.map(errorOf);
  const sound = records.filter((_, n) => errors[n] === undefined);
  const parsed = parseTogether(sound)?.values();
  return records.map((record, n) => {
    const { line, lastLine } = record;
    const problem = errors[n];
    if (problem !== undefined) return { line, lastLine, error: problem };
    return parsed ? { line, lastLine, cells: parsed.next().value! } : cellsOfOne(record);
  });
}

/** What is wrong with a record before it is parsed; undefined if nothing is. */
function errorOf({ bytes, error: problem }: CsvRecord): string | undefined {
  if (problem !== undefined) return problem;
  if (!isUtf8(bytes)) return NOT_UTF8;
  return hasStrayLineEnd(bytes) ? 'a line end within a value: put the value in quotes' : undefined;
}

/** The cells of each record; undefined if one of them cannot be parsed. */
function parseTogether(records: CsvRecord[]): string[][] | undefined {
  try {
    const parsed = parseCells(records.flatMap(({ bytes }) => [bytes!, LINE_FEED]));
    return parsed.length === records.length ? parsed : undefined;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return undefined;
  }
}

function cellsOfOne({ line, lastLine, bytes }: CsvRecord): Cells {
  const [cells] = parseTogether([{ line, lastLine, bytes: bytes! }]) ?? [];
  if (cells) return { line, lastLine, cells };
  return { line, lastLine, error: 'a quote within a value: put the value in quotes and write the quote twice' };
}

function parseCells(pieces: Buffer[]): string[][] {
  return parse(Buffer.concat(pieces), { record_delimiter: ['\r\n', '\n'], relax_column_count: true });
}

function toObject(header: string[], cells: string[]): Record<string, string> {
  const row: Record<string, string> = {};
  for (let i = 0; i < header.length; i++) if (cells[i] !== '') row[header[i]!] = cells[i]!;
  return row;
}
