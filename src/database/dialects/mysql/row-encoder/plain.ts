import type { PoolConnection } from 'mysql2';
import { escapeFormula } from '../../../../lib/formula.js';
import { type Cell, type EncodedForm, EncodedRow, type Notation } from '../../../row-encoding.js';
import type { EncodeRows } from './encode-rows.js';
import { selectedValues } from './layout.js';

type Text = string | null;

/** Encodes rows in JavaScript, from the strings that mysql2 reads. */
export const encodePlainly: EncodeRows = async <Keys>(
  connection: PoolConnection,
  statement: Parameters<EncodeRows>[1],
  form: EncodedForm,
) => {
  const values = selectedValues(form);
  const keys = form.keys.map(({ name, value, kind }) => ({ name, kind, at: values.indexOf(value) }));
  return (await readTexts(connection, statement)).map((texts) => {
    const bytes = Buffer.from(encodeRow(form, texts));
    const row = new EncodedRow({ bytes, separator: '' }, 0, bytes.length);
    for (const { name, kind, at } of keys) Object.assign(row, { [name]: keyOf(kind, texts[at] ?? null) });
    return row as EncodedRow & Keys;
  });
};

function readTexts(connection: PoolConnection, { sql, values }: Parameters<EncodeRows>[1]): Promise<Text[][]> {
  return new Promise((resolve, reject) => {
    const options = { sql, values, rowsAsArray: true, typeCast: (field: { string(): Text }) => field.string() };
    connection.query(options, (error, rows) => (error ? reject(error) : resolve(rows as unknown as Text[][])));
  });
}

/** One row, without the separator. */
function encodeRow({ notation, cells }: EncodedForm, texts: readonly Text[]): string {
  if (notation !== 'json') return cells.map(({ kind }, at) => csvCell(kind, texts[at] ?? null, notation)).join(',');
  return `{${cells.map(({ name, kind }, at) => `"${name}":${jsonValue(kind, texts[at] ?? null)}`).join(',')}}`;
}

function jsonValue(kind: Cell['kind'], text: Text): string {
  if (text === null) return 'null';
  if (kind === 'number') return text;
  if (kind === 'boolean') return String(text !== '0');
  if (kind === 'text') return JSON.stringify(text);
  return `"${kind === 'time' ? timeOf(text) : text}"`;
}

function csvCell(kind: Cell['kind'], text: Text, notation: Notation): string {
  if (text === null) return '';
  if (kind === 'boolean') return String(text !== '0');
  if (kind === 'time') return timeOf(text);
  if (kind !== 'text') return text;
  return `"${(notation === 'safe-csv' ? escapeFormula(text) : text).replaceAll('"', '""')}"`;
}

function keyOf(kind: 'number' | 'text' | 'time', text: Text): string | number | null {
  if (text === null || kind === 'text') return text;
  return kind === 'number' ? Number(text) : timeOf(text);
}

/** A DATETIME(3) as RFC 3339. */
function timeOf(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11)}Z`;
}
