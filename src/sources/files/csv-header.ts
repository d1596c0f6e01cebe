import { describeUnknown, isIgnored, type RowSchema } from '../../features/ingest/rules/row-schema.js';
import { AppError } from '../../lib/app-error.js';
import { quote } from '../../lib/quote.js';

/** Throws AppError for a header that has unknown or repeated names, or lacks one that every row must have. */
export function checkHeader(header: readonly string[], { fields, required }: RowSchema<unknown>): void {
  const unknown = header.filter((name) => name !== '' && !fields.includes(name) && !isIgnored(name));
  const repeated = new Set(header.filter((name, i) => name !== '' && header.indexOf(name) !== i));
  const missing = (header.includes('deleted') ? ['sourceId'] : required).filter((name) => !header.includes(name));
  const errors: string[] = [];
  const unnamed = header.indexOf('');
  if (unnamed >= 0) errors.push(`column ${unnamed + 1} has no name`);
  for (const name of repeated) errors.push(`the column ${quote(name)} occurs twice`);
  if (missing.length > 0) errors.push(`missing column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`);
  if (unknown.length > 0) errors.push(describeUnknown('column', unknown, fields));
  if (header.length === 1 && /[;\t]/.test(header[0]!)) errors.push('cells are separated by commas');
  if (errors.length > 0) throw new AppError('BAD_USER_INPUT', `the header of the CSV file: ${errors.join('; ')}`);
}
