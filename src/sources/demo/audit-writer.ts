import type { AuditRecord } from '../../features/audits/audit.record.js';
import type { UserAccountRecord } from '../../features/users/user-account.record.js';
import type { AccountName } from './account-name.js';
import { type Operation, REPORTS } from './operations.js';
import type { Random } from './random.js';

const REASON_RATE = 0.45;
const TICKET_RATE = 0.5;

/**
 * Writes an audit. One object literal with every field in one order, so that all rows have one hidden class. An operation
 * about an account or user needs it given.
 */
export function writeAudit(
  random: Random,
  operation: Operation,
  failed: boolean,
  operatedBy: string,
  ipAddress: string,
  clientType: string | null,
  account: AccountName | undefined,
  user: UserAccountRecord | undefined,
): AuditRecord {
  const { about, reasons } = operation;
  const explained = reasons.length > 0 && random.next() < REASON_RATE;
  const ticket = explained && random.next() < TICKET_RATE;
  const named = about === 'ACCOUNT' || about === 'RESOURCE' ? account : undefined;
  return {
    sourceId: '',
    occurredAt: '',
    category: operation.category,
    operation: operation.name,
    outcome: failed ? 'FAILURE' : 'SUCCESS',
    operatedBy,
    ipAddress,
    clientType,
    reason: failed ? operation.failure : explained ? random.pick(reasons) : null,
    ticketId: ticket ? `INC${100_000 + random.int(900_000)}` : null,
    resourceSourceId: named === undefined ? null : named.resourceSourceId,
    resourceName: named === undefined ? (about === 'REPORT' ? random.pick(REPORTS) : null) : named.resourceName,
    accountSourceId: named === undefined || about === 'RESOURCE' ? null : named.accountSourceId,
    accountName: named === undefined || about === 'RESOURCE' ? null : named.accountName,
    userName: user === undefined ? null : user.userName,
    userFullName: user === undefined ? null : (user.fullName ?? null),
  };
}
