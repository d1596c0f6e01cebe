import type { Row } from './import-line.js';
import { jsonRow } from './json-row.js';
import { isBlank, lines } from './lines.js';

/** The rows of a file that has one JSON object a line. Blank lines are passed over. */
export async function* ndjsonRows(bytes: AsyncIterable<Buffer>): AsyncGenerator<Row[]> {
  for await (const batch of lines(bytes)) {
    const rows: Row[] = [];
    for (const { line, bytes } of batch) if (!bytes || !isBlank(bytes)) rows.push(jsonRow(line, bytes));
    yield rows;
  }
}
