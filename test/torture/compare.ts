import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createConnection } from 'mysql2';
import type { World } from './world.js';

export interface Compared {
  readonly rows: number;
  /** The first differences, in words. */
  readonly differences: readonly string[];
}

type Row = Record<string, unknown>;

const MAX_REPORTED = 10;

/** Rows of the database in the order in which a reader of the feed has to have them. */
export const statements = {
  audits: `SELECT t.* FROM audit_spans s STRAIGHT_JOIN audits t
             ON t.id BETWEEN s.first_audit_id AND s.first_audit_id + s.audit_count - 1
           ORDER BY s.first_position + t.id - s.first_audit_id`,
  resources: 'SELECT * FROM resources ORDER BY id',
  'user-accounts': 'SELECT * FROM user_accounts ORDER BY id',
};

/** Compares a file of the connector with the database, row by row and each column that the file has. */
export async function compare(world: World, module: keyof typeof statements): Promise<Compared> {
  const lines = createInterface({ input: createReadStream(join(world.out, `${module}.ndjson`)) })[
    Symbol.asyncIterator
  ]();
  const sorted = module === 'audits' ? lines : sortedById(await all(lines));
  const connection = createConnection({ uri: world.server.url('torture'), dateStrings: true });
  const differences: string[] = [];
  let rows = 0;
  try {
    for await (const stored of connection.query(statements[module]).stream() as AsyncIterable<Row>) {
      rows += 1;
      const { value, done } = await sorted.next();
      const said = done ? 'the file ends before it' : difference(JSON.parse(value) as Row, stored);
      if (said && differences.length < MAX_REPORTED) differences.push(`${module} ${stored.id}: ${said}`);
    }
    if (!(await sorted.next()).done) differences.push(`${module}: the file has more rows than the database`);
  } finally {
    connection.destroy();
  }
  return { rows, differences };
}

function difference(imported: Row, stored: Row): string | undefined {
  for (const [name, value] of Object.entries(imported)) {
    const column = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (!(column in stored) || (value !== null && typeof value === 'object')) continue;
    const expected = textOf(stored[column]);
    if (textOf(value) !== expected) return `${name} is ${value}, and ${expected} in the database`;
  }
  return undefined;
}

/** A value as both sides write it: a time is RFC 3339 in one and a DATETIME in the other. */
function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'boolean' ? String(Number(value)) : String(value);
  return /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{3}Z?$/.test(text) ? text.replace(' ', 'T').replace(/Z?$/, 'Z') : text;
}

async function all(lines: AsyncIterator<string>): Promise<string[]> {
  const read: string[] = [];
  for (let next = await lines.next(); !next.done; next = await lines.next()) read.push(next.value);
  return read;
}

async function* sortedById(lines: string[]): AsyncGenerator<string> {
  const idOf = (line: string) => Number((JSON.parse(line) as { id: string }).id);
  yield* lines
    .map((line) => ({ line, id: idOf(line) }))
    .sort((a, b) => a.id - b.id)
    .map(({ line }) => line);
}
