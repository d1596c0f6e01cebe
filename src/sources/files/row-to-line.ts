import type { z } from 'zod';
import { counted } from '../../lib/counted.js';
import { FieldFault } from './field.js';
import type { ImportLine, Row } from './import-line.js';
import type { RowSchema } from './row-schema.js';
import { id, kindOf } from './text-field.js';
import { readFlag } from './word-field.js';

/** A row with this many faults is in the wrong format; more of them would tell nothing. */
const FAULTS_NAMED = 5;

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
  return read.success ? { line, record: read.data } : { line, refused: describe(read.error.issues) };
}

type Deletion = { line: number } & ({ deleted: string } | { refused: string });

function deletionOf(line: number, row: { deleted?: unknown; sourceId?: unknown }, deletable: boolean): Deletion | null {
  try {
    if (!readFlag(row.deleted)) return null;
  } catch (error) {
    if (error instanceof FieldFault) return { line, refused: join('deleted', error.message) };
    throw error;
  }
  if (!deletable) return { line, refused: 'audits are never deleted' };
  const read = sourceId.safeParse(row.sourceId);
  return read.success
    ? { line, deleted: read.data }
    : { line, refused: join('sourceId', read.error.issues[0]!.message) };
}

function describe(issues: z.core.$ZodIssue[]): string {
  const faults = issues.slice(0, FAULTS_NAMED).map(({ path, message }) => join(nameOf(path), message));
  if (issues.length > faults.length) faults.push(`and ${counted(issues.length - faults.length, 'more fault')}`);
  return faults.join('; ');
}

/** 'accounts[2].name' for ['accounts', 2, 'name']. */
function nameOf(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i ? '.' : ''}${String(key)}`)).join('');
}

function join(name: string, fault: string): string {
  if (name === '') return fault;
  return `${name}${/^("|unknown)/.test(fault) ? ':' : ''} ${fault}`;
}
