import type { Config } from '../../config.js';
import type { AuditRecord } from '../../features/audits/audit.record.js';
import { foldWord } from '../../features/ingest/rules/product-words.js';
import { quote } from '../../lib/quote.js';

/** A kind of audits: how it is asked for, and the category that it is here. */
export interface AuditType {
  readonly name: string;
  readonly category: AuditRecord['category'];
}

/** The kinds that PAM360 has; Password Manager Pro has the first three. An AUDITTYPE other than Resource was not seen. */
const TYPES: readonly AuditType[] = [
  { name: 'Resource', category: 'RESOURCE' },
  { name: 'User', category: 'USER' },
  { name: 'Task', category: 'TASK' },
  { name: 'User Sessions', category: 'USER_SESSION' },
  { name: 'Recorded Connections', category: 'RECORDED_CONNECTION' },
  { name: 'Active Privileged Sessions', category: 'ACTIVE_PRIVILEGED_SESSION' },
  { name: 'Keys and Certificates', category: 'KEY_AND_CERTIFICATE' },
  { name: 'SDK Application', category: 'SDK_APPLICATION' },
];

/** The kinds of audits that are pulled. @throws Error for a name of PAM_AUDIT_TYPES that is none */
export function auditTypesOf({ product, pam }: Pick<Config, 'product' | 'pam'>): readonly AuditType[] {
  if (pam?.auditTypes === undefined) return product === 'PAM360' ? TYPES : TYPES.slice(0, 3);
  return pam.auditTypes.map((name) => {
    const known = TYPES.find((type) => foldWord(type.name) === foldWord(name));
    if (known) return { name, category: known.category };
    throw new Error(
      `PAM_AUDIT_TYPES: ${quote(name)} is none of ${TYPES.map((type) => type.name).join(', ')}; case, spaces and a last s do not matter`,
    );
  });
}
