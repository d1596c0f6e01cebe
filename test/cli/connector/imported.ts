import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { FormatName } from '../../../src/cli/connector/row-format.js';
import type { StandInGateway } from './stand-in-gateway.js';

type Imported = Record<string, unknown>;

/** The rows of a file as any reader of that format sees them. */
export function rowsIn(directory: string, name: string, format: FormatName = 'ndjson'): Imported[] {
  const text = readFileSync(join(directory, `${name}.${format}`), 'utf8');
  if (format === 'csv') return parse(text, { columns: true, record_delimiter: '\r\n' });
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

export function stateIn(directory: string) {
  return JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8'));
}

/** Ids of a file in order of size: a row that stands there twice shows. */
export function idsIn(directory: string, name: string, format: FormatName = 'ndjson'): number[] {
  if (!existsSync(join(directory, `${name}.${format}`))) return [];
  return rowsIn(directory, name, format)
    .map(({ id }) => Number(id))
    .sort((a, b) => a - b);
}

/** What the files hold and what they should: ids and the column that changes. */
export function filesAndTruth(directory: string, gateway: StandInGateway, format: FormatName = 'ndjson') {
  const facts = (rows: Imported[], column: string) => rows.map((row) => `${row.id}: ${row[column] ?? ''}`).sort();
  return [
    {
      resources: facts(rowsIn(directory, 'resources', format), 'description'),
      users: facts(rowsIn(directory, 'user-accounts', format), 'fullName'),
      audits: facts(rowsIn(directory, 'audits', format), 'reason'),
    },
    {
      resources: facts(gateway.resources.rows, 'description'),
      users: facts(gateway.users.rows, 'fullName'),
      audits: facts(gateway.audits.rows, 'reason'),
    },
  ] as const;
}
