import { InvalidArgumentError } from 'commander';
import { sourceError } from '../features/ingest/source-name.js';

/** Reads an option that names a source of records. */
export function sourceName(text: string): string {
  const error = sourceError(text);
  if (error) throw new InvalidArgumentError(`${error}.`);
  return text;
}
