export type FileFormat = 'ndjson' | 'json' | 'csv';

const BY_ENDING: Record<string, FileFormat> = { ndjson: 'ndjson', jsonl: 'ndjson', json: 'json', csv: 'csv' };

/** The format that a file's name tells, before .gz. */
export function formatOfName(path: string): FileFormat | undefined {
  const ending = /\.(\w+)(?:\.gz)?$/i.exec(path)?.[1];
  return ending === undefined ? undefined : BY_ENDING[ending.toLowerCase()];
}

/** The format that the beginning of a file tells. An object that does not end on its line is one object, not a line. */
export function formatOfContent(start: Buffer): FileFormat {
  const text = start.toString().trimStart();
  if (text.startsWith('[')) return 'json';
  if (!text.startsWith('{')) return text === '' ? 'ndjson' : 'csv';
  const lineEnd = text.indexOf('\n');
  return lineEnd < 0 || text.slice(0, lineEnd).trimEnd().endsWith('}') ? 'ndjson' : 'json';
}
