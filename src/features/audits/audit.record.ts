import type { AuditCategory, AuditOutcome } from './audit.js';

/**
 * An audit as a source hands it in. Times are RFC 3339 in UTC with milliseconds; what is missing is null or left out.
 * `resourceSourceId` and `accountSourceId` are the same source's ids of the resource and the privileged account.
 */
export interface AuditRecord {
  sourceId: string;
  occurredAt: string;
  category: `${AuditCategory}`;
  operation: string;
  outcome: `${AuditOutcome}`;
  operatedBy: string;
  ipAddress?: string | null;
  clientType?: string | null;
  reason?: string | null;
  ticketId?: string | null;
  resourceSourceId?: string | null;
  resourceName?: string | null;
  accountSourceId?: string | null;
  accountName?: string | null;
  userName?: string | null;
  userFullName?: string | null;
}
