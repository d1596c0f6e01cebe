import type { AuditRecord } from '../../features/audits/audit.record.js';
import type { GrantRecord } from '../../features/users/user-account.record.js';
import { type Weighted, weighted } from './weighted.js';

/** A kind of audit, in PAM360's words where they are known. */
export interface Operation {
  readonly category: AuditRecord['category'];
  readonly name: string;
  /** The share that fails, and why. */
  readonly failureRate: number;
  readonly failure: string;
  /** What may be given as a reason; none where it is empty. */
  readonly reasons: readonly string[];
  /** What it is about beside the operator. */
  readonly about: 'ACCOUNT' | 'RESOURCE' | 'USER' | 'REPORT' | 'NOTHING';
}

type Category = AuditRecord['category'];

function operation(
  category: Category,
  name: string,
  about: Operation['about'],
  failureRate = 0.01,
  failure = 'Operation failed',
  reasons: readonly string[] = [],
): Operation {
  return { category, name, about, failureRate, failure, reasons };
}

const WORK = [
  'Scheduled maintenance',
  'Incident analysis',
  'Deployment',
  'Patch rollout',
  'Backup check',
  'Vendor support',
  'Monthly review',
];
const UNREACHABLE = 'Resource is not reachable';
const MISMATCH = 'Password in the resource differs';

export const RETRIEVED = operation(
  'RESOURCE',
  'Password Retrieved',
  'ACCOUNT',
  0.065,
  'Access request was not approved',
  WORK,
);
export const CHANGED = operation('RESOURCE', 'Password Changed', 'ACCOUNT', 0.1, UNREACHABLE, [
  'Rotation',
  'After use',
  'Policy',
]);
export const VERIFIED = operation('RESOURCE', 'Password Verified', 'ACCOUNT', 0.14, MISMATCH);
export const FETCHED = operation(
  'SDK_APPLICATION',
  'Password Retrieved',
  'ACCOUNT',
  0.065,
  'Application key has expired',
);
export const SESSION_STARTED = operation(
  'ACTIVE_PRIVILEGED_SESSION',
  'Session Started',
  'ACCOUNT',
  0.1,
  UNREACHABLE,
  WORK,
);
export const SESSION_ENDED = operation('ACTIVE_PRIVILEGED_SESSION', 'Session Ended', 'ACCOUNT', 0);
export const SESSION_REPLAYED = operation('RECORDED_CONNECTION', 'Recorded Session Viewed', 'ACCOUNT', 0.01);
export const ACCOUNT_ADDED = operation('RESOURCE', 'Account Added', 'ACCOUNT', 0);
export const ACCOUNT_MODIFIED = operation('RESOURCE', 'Account Modified', 'ACCOUNT');
export const ACCOUNT_DELETED = operation('RESOURCE', 'Account Deleted', 'ACCOUNT', 0);
export const RESOURCE_ADDED = operation('RESOURCE', 'Resource Added', 'RESOURCE', 0);
export const RESOURCE_MODIFIED = operation('RESOURCE', 'Resource Modified', 'RESOURCE');
export const RESOURCE_SHARED = operation('RESOURCE', 'Resource Shared', 'RESOURCE', 0);
export const PASSWORD_SHARED = operation('RESOURCE', 'Password Shared', 'ACCOUNT', 0);
export const REPORT_CREATED = operation('RESOURCE', 'Custom Report Created', 'REPORT', 0);
export const LOGGED_IN = operation('USER', 'User Logged in', 'NOTHING', 0.09, 'Invalid user name or password');
export const LOGGED_IN_AD = operation('USER', 'User Logged in - AD', 'NOTHING', 0.07, 'Invalid user name or password');
export const LOGGED_OUT = operation('USER', 'User Logged out', 'NOTHING', 0);
export const TIMED_OUT = operation('USER_SESSION', 'User Session Timed out', 'NOTHING', 0);
export const USER_ADDED = operation('USER', 'User Added', 'USER', 0);
export const AUDIT_CONFIGURED = operation('USER', 'Audit Configuration Changed', 'NOTHING', 0);
export const AUDIT_PURGED = operation('USER', 'Audit Records Purged', 'NOTHING', 0);

const USER_MODIFIED = operation('USER', 'User Modified', 'USER');
const REPORT_GENERATED = operation('RESOURCE', 'Report Generated', 'REPORT', 0.02, 'Report timed out');
const AUDIT_EXPORTED = operation('USER', 'Audit Records Exported', 'NOTHING', 0.01);

/** What people do with an account, by how it is theirs. */
export const OPERATIONS_OF_LEVEL: Readonly<Record<GrantRecord['level'], Weighted<Operation>>> = {
  REMOTE_APP_ONLY: weighted([[SESSION_STARTED, 1]]),
  VIEW: weighted([
    [RETRIEVED, 70],
    [SESSION_STARTED, 30],
  ]),
  MODIFY: weighted([
    [RETRIEVED, 55],
    [SESSION_STARTED, 25],
    [CHANGED, 14],
    [VERIFIED, 6],
  ]),
  FULL_ACCESS: weighted([
    [RETRIEVED, 45],
    [SESSION_STARTED, 25],
    [CHANGED, 16],
    [VERIFIED, 8],
    [ACCOUNT_MODIFIED, 4],
    [RESOURCE_MODIFIED, 2],
  ]),
};

/** What people do that needs no account of theirs. */
export const DESK_OPERATIONS: Weighted<Operation> = weighted([
  [operation('USER', 'User Preferences Changed', 'NOTHING'), 6],
  [REPORT_GENERATED, 2],
  [operation('KEY_AND_CERTIFICATE', 'SSH Key Downloaded', 'NOTHING', 0.03, 'Access denied'), 2],
]);

export const AUDITOR_OPERATIONS: Weighted<Operation> = weighted([
  [REPORT_GENERATED, 5],
  [REPORT_CREATED, 2],
  [AUDIT_EXPORTED, 3],
]);

export const ADMINISTRATOR_OPERATIONS: Weighted<Operation> = weighted([
  [USER_MODIFIED, 20],
  [operation('USER', 'User Unlocked', 'USER'), 14],
  [operation('USER', 'User Password Reset', 'USER', 0.03, 'Policy was not met', ['Forgotten password']), 14],
  [operation('USER_SESSION', 'User Session Terminated', 'USER'), 6],
  [operation('TASK', 'Scheduled Task Modified', 'NOTHING'), 8],
  [operation('RESOURCE', 'Password Policy Modified', 'NOTHING'), 4],
  [operation('KEY_AND_CERTIFICATE', 'SSH Key Rotated', 'NOTHING', 0.06, UNREACHABLE), 8],
  [operation('KEY_AND_CERTIFICATE', 'Certificate Renewed', 'NOTHING', 0.05, 'Certificate authority refused'), 6],
  [REPORT_CREATED, 6],
  [REPORT_GENERATED, 10],
  [AUDIT_EXPORTED, 2],
]);

/** What the product does where there is no account yet. */
export const SYSTEM_IDLE = operation('TASK', 'Database Backup', 'NOTHING', 0.01, 'Destination is full');

/** What the product does by itself. */
export const SYSTEM_OPERATIONS: Weighted<Operation> = weighted([
  [operation('TASK', 'Scheduled Password Reset', 'ACCOUNT', 0.09, UNREACHABLE, ['Rotation']), 45],
  [operation('TASK', 'Scheduled Integrity Check', 'ACCOUNT', 0.06, MISMATCH), 25],
  [operation('TASK', 'AD Synchronization', 'NOTHING', 0.03, 'Domain controller is not reachable'), 15],
  [SYSTEM_IDLE, 7],
  [operation('KEY_AND_CERTIFICATE', 'Certificate Expiry Notified', 'NOTHING', 0), 8],
]);

export const REPORTS = [
  'Password Inventory (Custom Report)',
  'Password Compliance (Custom Report)',
  'Password Expiry (Custom Report)',
  'Weekly Access Review (Custom Report)',
  'PCI DSS Quarterly (Custom Report)',
];
