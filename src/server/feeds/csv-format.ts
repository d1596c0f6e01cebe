import { raw } from 'sql-template-tag';
import type { Dialect, JsonCell } from '../../database/dialects/dialect.js';
import type { Answer, Format, RowText } from './format.js';
import type { FlatRow } from './row-reader.js';

/** Each row as a line of CSV, without its end. */
export function csvText(dialect: Dialect, cells: readonly JsonCell[], isSafe: boolean): RowText {
  return { columns: [raw(`${dialect.csvRow(cells, isSafe)} AS text`)], textOf: ({ text }) => text };
}

/** RFC 4180, with a header. */
export function csv({ fields, rowText, reader, cursor, deletions }: Answer): Format {
  const header = [...fields, ...(deletions ? ['_deleted'] : []), ...(cursor ? ['_cursor'] : [])];
  const ofDeleted = ({ feedId }: FlatRow) => fields.map((field) => (field === 'id' ? feedId : '')).join(',');
  const write = (row: FlatRow): string => {
    const text = row.isDeleted ? ofDeleted(row) : rowText.textOf(row);
    return `${text}${deletions ? `,${row.isDeleted === 1}` : ''}${cursor ? `,${reader.cursorOf(row)}` : ''}`;
  };
  return {
    head: `${header.join(',')}\r\n`,
    rows: (rows) => (rows.length > 0 ? `${rows.map(write).join('\r\n')}\r\n` : ''),
    end: () => '',
  };
}
