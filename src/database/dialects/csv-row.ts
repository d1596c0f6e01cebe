import type { JsonCell } from './dialect.js';

/** What an engine calls things. */
interface Words {
  concat(parts: readonly string[]): string;
  /** The code of a text's first character, or byte. */
  firstCode(value: string): string;
}

/** `=`, `+`, `-`, `@`, tab and carriage return: what begins with one of them a spreadsheet may run. */
const FORMULA = '61, 43, 45, 64, 9, 13';

/**
 * An expression that writes columns as a row of CSV (RFC 4180) without its line end. Text stands in quotation marks, NULL is
 * empty. `isSafe` puts an apostrophe before text that a spreadsheet would run as a formula.
 */
export function csvRow(cells: readonly JsonCell[], isSafe: boolean, words: Words): string {
  return words.concat(cells.flatMap((cell, at) => [...(at > 0 ? ["','"] : []), csvCell(cell, isSafe, words)]));
}

function csvCell({ value, kind, isNullable }: JsonCell, isSafe: boolean, { concat, firstCode }: Words): string {
  if (kind === 'boolean') return `CASE ${value} WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE '' END`;
  const apostrophe = `CASE WHEN ${firstCode(value)} IN (${FORMULA}) THEN '''' ELSE '' END`;
  const quoted = () => concat([`'"'`, ...(isSafe ? [apostrophe] : []), `REPLACE(${value}, '"', '""')`, `'"'`]);
  const written = kind === 'text' ? quoted() : value;
  return isNullable ? `COALESCE(${written}, '')` : written;
}
