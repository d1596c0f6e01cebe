import type { z } from 'zod';
import { pluralize } from '../../../lib/pluralize.js';

/** A row with this many faults is in the wrong format; more of them would tell nothing. */
const FAULTS_NAMED = 5;

/** What is wrong with a row, field by field, said for people. */
export function faultsOf({ issues }: z.ZodError): string {
  const faults = issues.slice(0, FAULTS_NAMED).map(({ path, message }) => faultAt(nameOf(path), message));
  if (issues.length > faults.length) faults.push(`and ${pluralize(issues.length - faults.length, 'more fault')}`);
  return faults.join('; ');
}

/** What is wrong with one field. */
export function faultAt(name: string, fault: string): string {
  if (name === '') return fault;
  return `${name}${/^("|unknown)/.test(fault) ? ':' : ''} ${fault}`;
}

/** 'accounts[2].name' for ['accounts', 2, 'name']. */
function nameOf(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i ? '.' : ''}${String(key)}`)).join('');
}
