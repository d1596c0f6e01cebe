import { type ConnectionOptions, createConnection, type PoolConnection } from 'mysql2';
import type { EncodedForm } from '../../../row-encoding.js';
import type { EncodeRows } from './encode-rows.js';
import { encodeFast } from './fast.js';
import { selectedValues } from './layout.js';
import { encodePlainly } from './plain.js';

export interface RowEncoderChoice {
  readonly encodeRows: EncodeRows;
  /** Why the plain encoder was taken although the fast one was wanted; undefined otherwise. */
  readonly error?: string;
}

/** Milliseconds. */
const PROBE_TIMEOUT = 5_000;

/** Encodes a row of every kind of value with both encoders, on a connection of its own, and takes the fast one if they agree. */
export async function chooseRowEncoder(
  options: ConnectionOptions,
  wanted: 'auto' | 'plain' = 'auto',
  fast: EncodeRows = encodeFast,
): Promise<RowEncoderChoice> {
  if (wanted === 'plain') return { encodeRows: encodePlainly };
  // The types of mysql2 have the release of a pool's connection and nothing else beyond those of one by itself.
  const connection = createConnection(options) as PoolConnection;
  // What goes wrong with the connection rejects the statement that runs on it.
  connection.on('error', () => {});
  try {
    const problem = await inTime(compare(connection, fast));
    return problem === undefined ? { encodeRows: fast } : { encodeRows: encodePlainly, error: problem };
  } finally {
    connection.destroy();
  }
}

/** What is wrong with the fast encoder; undefined if its rows are those of the plain one. */
async function compare(connection: PoolConnection, fast: EncodeRows): Promise<string | undefined> {
  for (const form of forms) {
    const statement = { sql: `SELECT ${selectedValues(form).join(', ')} UNION ALL SELECT ${NULLS}`, values: [] };
    const expected = describeRows(await encodePlainly<Keys>(connection, statement, form));
    try {
      const rows = describeRows(await fast<Keys>(connection, statement, form));
      if (rows !== expected) return `it wrote ${rows} for ${expected}`;
    } catch (error) {
      return (error as Error).message;
    }
  }
  return undefined;
}

async function inTime(comparison: Promise<string | undefined>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('it did not end in time'), PROBE_TIMEOUT);
  });
  try {
    return await Promise.race([comparison, late]);
  } finally {
    clearTimeout(timer);
    // Destroying the connection may reject it after it was given up.
    comparison.catch(() => {});
  }
}

interface Keys {
  readonly count: number | null;
  readonly at: string | null;
  readonly name: string | null;
}

function describeRows(rows: Awaited<ReturnType<typeof encodePlainly<Keys>>>): string {
  return JSON.stringify(rows.map((row) => [row.text.toString(), row.count, row.at, row.name]));
}

const TIME = "CAST('2026-02-03 04:05:06.789' AS DATETIME(3))";
const TEXT = `CONCAT('=1+1 "quoted" \\\\ é 💡', CHAR(9, 10, 13, 1 USING utf8mb4), REPEAT('long ', 60))`;

const forms: readonly EncodedForm[] = (['json', 'safe-csv'] as const).map((notation) => ({
  notation,
  cells: [
    { name: 'id', value: '9007199254740991', kind: 'number', isNullable: true },
    { name: 'yes', value: '1', kind: 'boolean', isNullable: true },
    { name: 'no', value: '0', kind: 'boolean', isNullable: true },
    { name: 'code', value: "'WORD'", kind: 'word', isNullable: true },
    { name: 'text', value: TEXT, kind: 'text', isNullable: true },
    { name: 'time', value: TIME, kind: 'time', isNullable: true },
  ],
  separator: '\n',
  keys: [
    { name: 'count', value: '42', kind: 'number' },
    { name: 'at', value: TIME, kind: 'time' },
    { name: 'name', value: TEXT, kind: 'text' },
  ],
}));

const NULLS = selectedValues(forms[0]!)
  .map(() => 'NULL')
  .join(', ');
