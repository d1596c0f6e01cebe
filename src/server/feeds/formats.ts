import type { Dialect, JsonCell } from '../../database/dialects/dialect.js';
import { csv, csvText } from './csv-format.js';
import type { Answer, Format, RowText } from './format.js';
import { json, jsonText, ndjson } from './json-format.js';

export interface FormatKind {
  readonly contentType: string;
  rowText(dialect: Dialect, cells: readonly JsonCell[], isSafe: boolean): RowText;
  open(answer: Answer): Format;
}

/** By the extension that stands in the path. */
export const formats: Readonly<Record<string, FormatKind>> = {
  ndjson: { contentType: 'application/x-ndjson', rowText: jsonText, open: ndjson },
  csv: { contentType: 'text/csv; charset=utf-8; header=present', rowText: csvText, open: csv },
  json: { contentType: 'application/json; charset=utf-8', rowText: jsonText, open: json },
};
