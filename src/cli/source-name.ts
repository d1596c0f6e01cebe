import { InvalidArgumentError } from 'commander';
import { faultOfSource } from '../features/ingest/source-name.js';

/** Reads an option that names a source of records. */
export function sourceName(text: string): string {
  const fault = faultOfSource(text);
  if (fault) throw new InvalidArgumentError(`${fault}.`);
  return text;
}
