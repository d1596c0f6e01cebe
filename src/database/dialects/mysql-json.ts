import type { JsonCell } from './dialect.js';

/** By CONCAT: JSON_OBJECT costs several times as much here. */
export function jsonObject(cells: readonly JsonCell[]): string {
  const parts = cells.flatMap((cell, at) => [`'${at === 0 ? '{' : ','}"${cell.key}":'`, ...partsOf(cell)]);
  return `CONCAT(${[...parts, "'}'"].join(', ')})`;
}

function partsOf({ value, kind, isNullable }: JsonCell): string[] {
  if (kind === 'boolean') return [`CASE ${value} WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE 'null' END`];
  const parts = kind === 'word' ? [`'"'`, value, `'"'`] : [kind === 'text' ? `JSON_QUOTE(${value})` : value];
  if (!isNullable) return parts;
  return [`IFNULL(${parts.length > 1 ? `CONCAT(${parts.join(', ')})` : parts[0]}, 'null')`];
}

/** Some servers write the numbers of control characters in capital letters. */
export function jsonText(json: string): string {
  if (!json.includes('\\u00')) return json;
  return json.replace(/\\(?:u00[0-9A-F]{2}|.)/g, (found) => (found.length > 2 ? found.toLowerCase() : found));
}
