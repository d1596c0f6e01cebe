import type { AuditRecord } from '../../features/audits/audit.record.js';
import type { UserAccountRecord } from '../../features/users/user-account.record.js';
import { timestamp } from './moment.js';
import type { Operation } from './operations.js';
import type { Person } from './person.js';

/** An audit that occurs at a set moment. Its source id is given to it when its turn comes. */
export interface ScriptedAudit {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly record: Omit<AuditRecord, 'sourceId'>;
}

export interface Circumstances {
  readonly ipAddress?: string;
  readonly clientType?: string;
  readonly failure?: string;
  readonly reason?: string;
  readonly resourceSourceId?: string;
  readonly resourceName?: string;
  readonly accountSourceId?: string;
  readonly accountName?: string;
  readonly user?: UserAccountRecord;
}

/** Somebody's operation at a moment, a success from the usual address where nothing else is said. */
export function act(at: number, person: Person, operation: Operation, more: Circumstances = {}): ScriptedAudit {
  return {
    at,
    record: {
      occurredAt: timestamp(at),
      category: operation.category,
      operation: operation.name,
      outcome: more.failure === undefined ? 'SUCCESS' : 'FAILURE',
      operatedBy: person.record.userName,
      ipAddress: more.ipAddress ?? person.address,
      clientType: more.clientType ?? person.clientTypes[0],
      reason: more.failure ?? more.reason ?? null,
      ticketId: null,
      resourceSourceId: more.resourceSourceId ?? null,
      resourceName: more.resourceName ?? null,
      accountSourceId: more.accountSourceId ?? null,
      accountName: more.accountName ?? null,
      userName: more.user?.userName ?? null,
      userFullName: more.user?.fullName ?? null,
    },
  };
}
