import { joinRows } from '../../database/row-encoding.js';
import type { Format } from './format.js';
import type { FlatRow, RowReader } from './row-reader.js';

/** Rows that are read at once. */
export const CHUNK = 4_000;

/**
 * The text of an answer, chunk by chunk. Between two chunks it holds nothing of the database. `beforeEach` runs before every
 * chunk but the first, and ends the answer by throwing.
 */
export async function* answerText(
  reader: RowReader,
  format: Format,
  limit: number,
  beforeEach: () => Promise<void>,
): AsyncGenerator<Buffer, void> {
  let count = 0;
  for (let chunk = 0, more = true; more; chunk++) {
    if (chunk > 0) await beforeEach();
    const page = await reader.read(Math.min(CHUNK, limit - count));
    const isFirst = count === 0;
    count += page.rows.length;
    more = page.more && count < limit;
    const head = chunk === 0 ? format.head : '';
    const end = more ? '' : format.end(count);
    // Also where it is empty: here the answer ends with its client.
    yield Buffer.concat([Buffer.from(head), ...rowsText(page.rows, format, isFirst), Buffer.from(end)]);
  }
}

function rowsText(rows: readonly FlatRow[], format: Format, isFirst: boolean): Buffer[] {
  if (rows.length === 0) return [];
  const { write, separator, before, after } = format;
  const text = write ? [Buffer.from(write(rows).join(separator), 'latin1')] : joinRows(rows, separator);
  return [Buffer.from(before(isFirst)), ...text, Buffer.from(after)];
}
