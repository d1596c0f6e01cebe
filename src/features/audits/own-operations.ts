import { plainText } from '../../lib/plain-text.js';

/** Operations that only this gateway performs. An audit of one that somebody pushes or imports is refused. */
const ONLY_HERE = [
  'Access Scope Confirmed',
  'Access Scope Refused',
  'Access Scope Requested',
  'Analytics Plus Connected',
  'Audits Removed',
  'Auth Token First Used',
  'Auth Token Generated',
  'Auth Token Refused',
  'Auth Token Revoked',
  'Auth Token Saved',
  'Ingest Token First Used',
  'Ingest Token Generated',
  'Ingest Token Refused',
  'Ingest Token Revoked',
  'Integration Disabled',
  'Integration Enabled',
  'Integration Removed',
  'Integration Saved',
  'Integration Test Begun',
  'Integration Tested',
  'Operation Refused',
  'Password Change Failed',
  'Password Change Refused',
  'Password Set',
  'Roles Assigned',
  'Sources Linked',
  'Sources Unlinked',
  'User Sign-In Failed',
  'User Sign-In Refused',
  'User Sign-In Turned Away',
  'User Signed In',
  'User Signed Out',
] as const;

/** Operations that products have under the same name, or may have. Their audits are told from ours by their source. */
export const ALSO_OF_PRODUCTS = [
  'Password Changed',
  'Role Changed',
  'Role Created',
  'Role Deleted',
  'Session Ended',
  'User Changed',
  'User Created',
  'User Deleted',
] as const;

/** What is recorded of this gateway. */
export type OwnOperation = (typeof ONLY_HERE)[number] | (typeof ALSO_OF_PRODUCTS)[number];

const onlyHere: ReadonlySet<string> = new Set(ONLY_HERE.map(plainText));

/** Whether only this gateway performs an operation, however its name is spelt. */
export function isOnlyHere(operation: string): boolean {
  return onlyHere.has(plainText(operation));
}
