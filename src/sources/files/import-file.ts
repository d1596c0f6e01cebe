import type { Module } from '../../database/module.js';
import { type RecordOf, recordSchemas } from '../../features/ingest/rules/record-schemas.js';
import type { RowSchema } from '../../features/ingest/rules/row-schema.js';
import type { TimeZone } from '../../lib/time-zone.js';
import { csvRows } from './csv.js';
import { checkHeader } from './csv-header.js';
import { fileBytes } from './file-bytes.js';
import { type FileFormat, formatOfContent, formatOfName } from './file-format.js';
import type { ImportLine, Row } from './import-line.js';
import { jsonRows } from './json.js';
import { LocalTimes } from './local-times.js';
import { ndjsonRows } from './ndjson.js';
import { peek } from './peek.js';
import { rowToLine } from './row-to-line.js';
import { checkTextFormat } from './text-format.js';

export type { FileFormat } from './file-format.js';
export type { ImportLine } from './import-line.js';

export interface ImportFileOptions {
  /** If it is left out, the file's name says it, before .gz, or else its content. */
  format?: FileFormat;
  /** Of times without an offset. */
  zone: TimeZone;
  /** Reads the times without an offset instead, and counts those that are in doubt. */
  localTimes?: LocalTimes;
}

/**
 * Reads a file of records, gzip or not, one entry a row. `line` is the line of an NDJSON file, the line on which a CSV
 * row begins, or the number of the element of a JSON array. What is wrong with a row is said in its entry; what is
 * wrong with the file is thrown as an AppError, after the rows before it. Memory does not grow with the file.
 */
export async function* readImportFile<M extends Module>(
  module: M,
  path: string,
  { format, zone, localTimes = new LocalTimes(zone) }: ImportFileOptions,
): AsyncGenerator<ImportLine<RecordOf<M>>> {
  const schema: RowSchema<RecordOf<M>> = recordSchemas[module](localTimes);
  const { first, all } = await peek(fileBytes(path));
  if (!first) return;
  const read = format ?? formatOfName(path) ?? formatOfContent(first);
  checkTextFormat(first, read, schema);
  for await (const rows of rowsOf(all, read, schema)) {
    for (const row of rows) {
      localTimes.line = row.line;
      yield rowToLine(row, schema);
    }
  }
}

function rowsOf(bytes: AsyncGenerator<Buffer>, format: FileFormat, schema: RowSchema<unknown>): AsyncGenerator<Row[]> {
  if (format === 'csv') return csvRows(bytes, (header) => checkHeader(header, schema));
  return format === 'json' ? jsonRows(bytes) : ndjsonRows(bytes);
}
