import type { Config } from '../../config.js';
import type { Db } from '../../database/db.js';
import { daysAgo } from '../../features/audits/retention/delete-expired.js';
import { findHold } from '../../features/audits/retention/hold.js';
import type { Check } from './check.js';

/** Finds out whether the removal of old audits waits for an operator; nothing if every audit is kept. */
export async function checkRetention(db: Db, { auditRetentionDays: days }: Config): Promise<Check[]> {
  if (days === undefined) return [];
  const hold = await findHold(db, daysAgo(days));
  const detail = hold ? `old audits are not removed: ${hold.found}; ${hold.advice}` : 'old audits are removed';
  return [{ name: 'retention', passed: true, isWarning: hold !== null, detail }];
}
