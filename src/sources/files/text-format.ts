import { isIgnored, type RowSchema } from '../../features/ingest/rules/row-schema.js';
import { AppError } from '../../lib/app-error.js';
import { quote } from '../../lib/quote.js';
import { type FileFormat, formatOfContent } from './file-format.js';
import { pathOfNestedList } from './nested-list.js';

const SEPARATORS: readonly (readonly [separator: string, name: string])[] = [
  [',', 'commas'],
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'bars'],
];
const SEPARATOR_LINE = /^"?sep=(.)"?$/i;

/**
 * Throws AppError, with what to do, if the beginning of a text shows another format than it is to be read as. What is only
 * one bad row is left to the reader of the rows.
 */
export function checkTextFormat(start: Buffer, format: FileFormat, { fields }: RowSchema<unknown>): void {
  const text = start.toString().trimStart();
  const isField = (name: string) => fields.includes(name) || isIgnored(name);
  const error = (format === 'csv' ? csvError : jsonError)(text, format, isField);
  if (error) throw new AppError('BAD_USER_INPUT', error);
}

type IsField = (name: string) => boolean;

function csvError(text: string, _format: FileFormat, isField: IsField): string | undefined {
  if (/^[{[]/.test(text)) {
    return `the file is JSON, not CSV: name it so, or give --format ${formatOfContent(Buffer.from(text))}`;
  }
  const [line = ''] = linesOf(text);
  const [, separator] = SEPARATOR_LINE.exec(line) ?? [];
  if (separator !== undefined) {
    const other = separator === ',' ? '' : ', and separate the cells by commas';
    return `the first line is ${quote(line.replaceAll('"', ''))}, which is for Excel alone: remove it${other}`;
  }
  const name = separatorOf(line, isField);
  return name && name !== 'commas' ? `the cells are separated by ${name}: separate them by commas` : undefined;
}

function jsonError(text: string, format: FileFormat, isField: IsField): string | undefined {
  const lines = linesOf(text);
  if (!/^[{[]/.test(text) && separatorOf(lines[0] ?? '', isField)) {
    const wanted = format === 'json' ? 'JSON' : 'one object a line';
    return `the file is CSV, not ${wanted}: name it so, or give --format csv`;
  }
  if (format === 'ndjson' && /^\[\s*[{\]]/.test(text)) {
    return 'the file is one JSON list, not one object a line: name it .json, or give --format json';
  }
  const path = pathOfNestedList(text);
  if (path) return nestedIn(path);
  if (format === 'ndjson' && isPretty(lines)) {
    return 'the file is JSON over several lines, not one object a line: write each object on one line, as jq -c . does';
  }
  return undefined;
}

function nestedIn(path: readonly string[]): string {
  const isPlain = path.every((key) => /^[a-z_]\w*$/i.test(key));
  const how = isPlain ? `, as jq -c '.${path.join('.')}[]' writes it` : '';
  const shown = path.map((key) => quote(key)).join('.');
  return `the list of records is within ${shown}: save that list alone${how}`;
}

/** Whether the first object goes on at the second line with a field, or ends there. */
function isPretty([first = '', second = '']: readonly string[]): boolean {
  return first.startsWith('{') && !isJson(first) && /^["}]/.test(second);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What separates the cells of a line that is a header of CSV; undefined if it is none. */
function separatorOf(line: string, isField: IsField): string | undefined {
  const isHeader = (separator: string) =>
    line.split(separator).filter((cell) => isField(cell.trim().replace(/^"(.*)"$/, '$1'))).length >= 2;
  return SEPARATORS.find(([separator]) => isHeader(separator))?.[1];
}

/** The first two lines that are not blank. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split(/[\r\n]+/, 20)) if (line.trim() !== '') lines.push(line.trim());
  return lines.slice(0, 2);
}
