import { FORMULA_STARTS } from '../../lib/formula.js';
import { type Cell, type EncodedForm, EncodedRow, type RowForm } from '../row-encoding.js';

/** The select list of rows that SQLite writes itself, with their keys. Bytes are asked for: a string would be read, and written again. */
export function selectEncoded(form: EncodedForm): string {
  const keys = form.keys.map(({ name, value }) => `, ${value} AS ${name}`);
  return `CAST(${form.notation === 'json' ? jsonObject(form) : csvRow(form)} AS BLOB) AS text${keys.join('')}`;
}

/** A row that was selected so; one that an outer join found nothing for may have no text. */
export function encodedRow<Row>({ text, ...keys }: { text: Buffer | null }): EncodedRow & Row {
  const bytes = text ?? NOTHING;
  return Object.assign(new EncodedRow({ bytes, separator: '' }, 0, bytes.length), keys as Row);
}

const NOTHING = Buffer.alloc(0);

function jsonObject({ cells }: RowForm): string {
  return `'{' || ${cells.map((cell) => `'"${cell.name}":' || ${jsonValue(cell)}`).join(" || ',' || ")} || '}'`;
}

function jsonValue({ value, kind }: Cell): string {
  if (kind === 'number') return `COALESCE(${value}, 'null')`;
  if (kind === 'boolean') return `CASE ${value} WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE 'null' END`;
  return kind === 'text' ? `json_quote(${value})` : `COALESCE('"' || ${value} || '"', 'null')`;
}

function csvRow({ cells, notation }: RowForm): string {
  return cells.map((cell) => csvCell(cell, notation === 'safe-csv')).join(" || ',' || ");
}

function csvCell({ value, kind, isNullable }: Cell, isSafe: boolean): string {
  if (kind === 'boolean') return `CASE ${value} WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE '' END`;
  const apostrophe = `CASE WHEN unicode(${value}) IN (${FORMULA_STARTS.join(', ')}) THEN '''' ELSE '' END || `;
  const quoted = () => `'"' || ${isSafe ? apostrophe : ''}REPLACE(${value}, '"', '""') || '"'`;
  const encoded = kind === 'text' ? quoted() : value;
  return isNullable ? `COALESCE(${encoded}, '')` : `(${encoded})`;
}
