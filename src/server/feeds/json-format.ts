import type { Answer, Format, FormatKind } from './format.js';
import type { FlatRow } from './row-reader.js';

const LINE_END = '\n';
const SEPARATOR = ',\n';

/** Each row as the JSON object that GraphQL would have for it, one a line. */
export const ndjson: FormatKind = {
  contentType: 'application/x-ndjson',
  notation: () => 'json',
  separator: LINE_END,
  open: openNdjson,
};

/** One object, with the rows in a list. */
export const json: FormatKind = {
  contentType: 'application/json; charset=utf-8',
  notation: () => 'json',
  separator: SEPARATOR,
  open: openJson,
};

function openNdjson(answer: Answer): Format {
  const { cursor, reader } = answer;
  return {
    head: '',
    write: writeOf(answer),
    separator: LINE_END,
    before: () => '',
    after: LINE_END,
    end: (count) => (cursor ? `${JSON.stringify({ _end: true, count, cursor: reader.cursor() })}\n` : ''),
  };
}

function openJson(answer: Answer): Format {
  const { cursor, reader } = answer;
  return {
    head: '{"rows":[',
    write: writeOf(answer),
    separator: SEPARATOR,
    before: (isFirst) => (isFirst ? '\n' : SEPARATOR),
    after: '',
    end: (count) => `\n],"count":${count}${cursor ? `,"cursor":${JSON.stringify(reader.cursor())}` : ''}}\n`,
  };
}

function writeOf({ reader, cursor, deletions }: Answer): Format['write'] {
  if (!cursor && !deletions) return undefined;
  const write = (row: FlatRow): string => (row.isDeleted ? `{"_deleted":true,"id":"${row.feedId}"}` : row.latin1);
  return (rows) => {
    const cursors = cursor ? reader.cursorsOf(rows) : [];
    return rows.map((row, at) => (cursor ? `${write(row).slice(0, -1)},"_cursor":"${cursors[at]}"}` : write(row)));
  };
}
