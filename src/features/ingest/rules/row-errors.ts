import type { z } from 'zod';
import { pluralize } from '../../../lib/pluralize.js';

/** A row with this many faults is in the wrong format; more of them would tell nothing. */
const ERRORS_NAMED = 5;

/** What is wrong with a row, field by field, said for people. */
export function errorsOf({ issues }: z.ZodError): string {
  const errors = issues.slice(0, ERRORS_NAMED).map(({ path, message }) => errorAt(nameOf(path), message));
  if (issues.length > errors.length) errors.push(`and ${pluralize(issues.length - errors.length, 'more fault')}`);
  return errors.join('; ');
}

/** What is wrong with one field. */
export function errorAt(name: string, error: string): string {
  if (name === '') return error;
  return `${name}${/^("|unknown)/.test(error) ? ':' : ''} ${error}`;
}

/** 'accounts[2].name' for ['accounts', 2, 'name']. */
function nameOf(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i ? '.' : ''}${String(key)}`)).join('');
}
