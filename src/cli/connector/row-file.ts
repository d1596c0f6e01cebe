import { basename } from 'node:path';
import { ConnectorError } from './connector-error.js';
import { replaceFile } from './durable-file.js';
import type { Column, ModuleName } from './modules.js';
import { openToRead } from './private-file.js';
import { RecordSplitter } from './record-splitter.js';
import type { RowFormat } from './row-format.js';

/** The rows of a file by id, each as it stands in the file without the end of its line. */
export type Records = Map<string, string>;

/** Reads a file of rows. Throws ConnectorError where it is missing or ends in the middle of a row. */
export async function readRecords(path: string, format: RowFormat, module: ModuleName): Promise<Records> {
  const records: Records = new Map();
  const splitter = new RecordSplitter(format);
  let headers = format.extension === 'csv' ? 1 : 0;
  try {
    const handle = await openToRead(path);
    for await (const part of handle.createReadStream({ encoding: 'utf8', highWaterMark: 1 << 20 })) {
      for (const record of splitter.push(part)) {
        if (headers-- > 0) continue;
        records.set(format.idOf(record), record);
      }
    }
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw damaged(path, module, error);
  }
  if (!splitter.isWhole) throw damaged(path, module, null);
  return records;
}

/** Checks whether a file begins with the header of these columns. True if it is missing or shorter: reading it reports that. */
export async function hasColumns(path: string, format: RowFormat, columns: readonly Column[]): Promise<boolean> {
  const header = Buffer.from(format.header(columns));
  const handle = await openToRead(path).catch(() => null);
  if (!handle) return true;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(header.length), 0, header.length, 0);
    return bytesRead < header.length || buffer.equals(header);
  } finally {
    await handle.close();
  }
}

/** Puts a file of these rows in the place of the one before. */
export function writeRecords(
  path: string,
  format: RowFormat,
  columns: readonly Column[],
  records: Records,
): Promise<void> {
  return replaceFile(path, textOf(format, columns, records));
}

/** What to say of a file that is not as the connector left it. */
export function damaged(path: string, module: ModuleName, cause: unknown): ConnectorError {
  return new ConnectorError(
    `${basename(path)} is missing or not as the last run left it. Import the module again with --resync ${module}, or import into an empty directory.`,
    { cause },
  );
}

function* textOf(format: RowFormat, columns: readonly Column[], records: Records): Generator<string> {
  yield format.header(columns);
  for (const record of records.values()) yield record + format.end;
}
