import type { IngestToken } from './ingest-token.js';

/** An ingest token as audits name it. */
export function describeIngestToken({ hint, name, source }: Pick<IngestToken, 'hint' | 'name' | 'source'>): string {
  return `the token ${hint}... of ${name}, for ${source === null ? 'any source' : `the source ${source}`}`;
}
