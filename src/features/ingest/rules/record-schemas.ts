import { Module } from '../../../database/module.js';
import type { LocalClock } from '../../../lib/source-time.js';
import type { AuditRecord } from '../../audits/audit.record.js';
import type { ResourceRecord } from '../../resources/resource.record.js';
import type { UserAccountRecord } from '../../users/user-account.record.js';
import { auditSchema } from './audit.schema.js';
import { resourceSchema } from './resource.schema.js';
import type { RowSchema } from './row-schema.js';
import { userAccountSchema } from './user-account.schema.js';

interface Records {
  [Module.RESOURCES]: ResourceRecord;
  [Module.USER_ACCOUNTS]: UserAccountRecord;
  [Module.AUDITS]: AuditRecord;
}

/** What a source hands in for a module. */
export type RecordOf<M extends Module> = Records[M];

/** The rules for the rows of a module, whatever way they come in by; times without an offset are read in the zone, or refused where that is null. */
export const recordSchemas: { [M in Module]: (zone: LocalClock | null) => RowSchema<RecordOf<M>> } = {
  [Module.RESOURCES]: resourceSchema,
  [Module.USER_ACCOUNTS]: userAccountSchema,
  [Module.AUDITS]: auditSchema,
};
