import { FieldError } from '../../features/ingest/rules/field.js';
import { errorAt, errorsOf } from '../../features/ingest/rules/row-errors.js';
import type { RowSchema } from '../../features/ingest/rules/row-schema.js';
import { id, kindOf } from '../../features/ingest/rules/text-field.js';
import { readFlag } from '../../features/ingest/rules/word-field.js';
import type { ImportLine, Row } from './import-line.js';

const sourceId = id();

/** Makes a record, a deletion or a refusal of a row. */
export function rowToLine<T>(row: Row, { schema, deletable }: RowSchema<T>): ImportLine<T> {
  if ('refused' in row) return row;
  const { line, value } = row;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { line, refused: `${kindOf(value)} where an object of fields is expected` };
  }
  if ('deleted' in value) {
    const deletion = deletionOf(line, value, deletable);
    if (deletion) return deletion;
  }
  const read = schema.safeParse(value);
  return read.success ? { line, record: read.data } : { line, refused: errorsOf(read.error) };
}

type Deletion = { line: number } & ({ deleted: string } | { refused: string });

function deletionOf(line: number, row: { deleted?: unknown; sourceId?: unknown }, deletable: boolean): Deletion | null {
  try {
    if (!readFlag(row.deleted)) return null;
  } catch (error) {
    if (error instanceof FieldError) return { line, refused: errorAt('deleted', error.message) };
    throw error;
  }
  if (!deletable) return { line, refused: 'audits are never deleted' };
  const read = sourceId.safeParse(row.sourceId);
  return read.success
    ? { line, deleted: read.data }
    : { line, refused: errorAt('sourceId', read.error.issues[0]!.message) };
}
