import { raw } from 'sql-template-tag';
import type { Dialect, JsonCell } from '../../database/dialects/dialect.js';
import type { Answer, Format, RowText } from './format.js';
import type { FlatRow } from './row-reader.js';

/** Each row as the JSON object that GraphQL would have for it. */
export function jsonText(dialect: Dialect, cells: readonly JsonCell[]): RowText {
  if (dialect.jsonObject) {
    return {
      columns: [raw(`${dialect.jsonObject(cells)} AS text`)],
      textOf: ({ text }) => dialect.jsonText(text),
    };
  }
  return {
    columns: cells.map(({ key, value }) => raw(`${value} AS ${key}`)),
    textOf: (row) => JSON.stringify(Object.fromEntries(cells.map((cell) => [cell.key, cellOf(cell, row)]))),
  };
}

/** One object a line. */
export function ndjson(answer: Answer): Format {
  const write = rowWriter(answer);
  return {
    head: '',
    rows: (rows) => (rows.length > 0 ? `${rows.map(write).join('\n')}\n` : ''),
    end: (count) => (answer.cursor ? `${JSON.stringify({ _end: true, count, cursor: answer.reader.cursor() })}\n` : ''),
  };
}

/** One object, with the rows in a list. */
export function json(answer: Answer): Format {
  const write = rowWriter(answer);
  return {
    head: '{"rows":[',
    rows: (rows, isFirst) => (rows.length > 0 ? `${isFirst ? '\n' : ',\n'}${rows.map(write).join(',\n')}` : ''),
    end: (count) =>
      `\n],"count":${count}${answer.cursor ? `,"cursor":${JSON.stringify(answer.reader.cursor())}` : ''}}\n`,
  };
}

function rowWriter({ rowText, reader, cursor }: Answer): (row: FlatRow) => string {
  const write = (row: FlatRow) => (row.isDeleted ? `{"_deleted":true,"id":"${row.feedId}"}` : rowText.textOf(row));
  return cursor ? (row) => `${write(row).slice(0, -1)},"_cursor":"${reader.cursorOf(row)}"}` : write;
}

function cellOf({ key, kind }: JsonCell, row: FlatRow): unknown {
  const value = (row as unknown as Record<string, unknown>)[key];
  return kind === 'word' && value !== null ? String(value) : value;
}
