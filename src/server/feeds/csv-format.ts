import type { Answer, Format, FormatKind } from './format.js';
import type { FlatRow } from './row-reader.js';

const LINE_END = '\r\n';

/** RFC 4180, with a header. */
export const csv: FormatKind = {
  contentType: 'text/csv; charset=utf-8; header=present',
  notation: (isSafe) => (isSafe ? 'safe-csv' : 'csv'),
  separator: LINE_END,
  open: openCsv,
};

function openCsv({ fields, reader, cursor, deletions }: Answer): Format {
  const header = [...fields, ...(deletions ? ['_deleted'] : []), ...(cursor ? ['_cursor'] : [])];
  const ofDeleted = ({ feedId }: FlatRow) => fields.map((field) => (field === 'id' ? feedId : '')).join(',');
  const write = (rows: readonly FlatRow[]): string[] => {
    const cursors = cursor ? reader.cursorsOf(rows) : [];
    return rows.map((row, at) => {
      const text = row.isDeleted ? ofDeleted(row) : row.latin1;
      return `${text}${deletions ? `,${row.isDeleted === 1}` : ''}${cursor ? `,${cursors[at]}` : ''}`;
    });
  };
  return {
    head: `${header.join(',')}${LINE_END}`,
    write: deletions || cursor ? write : undefined,
    separator: LINE_END,
    before: () => '',
    after: LINE_END,
    end: () => '',
  };
}
