import type { Row } from './import-line.js';
import { jsonRow } from './json-row.js';
import { JsonSplitter } from './json-splitter.js';

/** The rows of a file that is one JSON array of objects, or one object. A row's line is the number of its element. */
export async function* jsonRows(bytes: AsyncIterable<Buffer>): AsyncGenerator<Row[]> {
  const splitter = new JsonSplitter();
  for await (const chunk of bytes) {
    for (const element of splitter.push(chunk)) yield [jsonRow(element.number, element.bytes)];
  }
  for (const element of splitter.end()) yield [jsonRow(element.number, element.bytes)];
}
