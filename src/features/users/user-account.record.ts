import type { AccessScope, UserAccountStatus } from './user-account.js';

/**
 * A user account as a source hands it in: the whole of it, so what is null or left out is not known. Only `roles` and
 * `grants` stay as they were where they are left out. Times are RFC 3339 in UTC with milliseconds.
 */
export interface UserAccountRecord {
  sourceId: string;
  userName: string;
  fullName?: string | null;
  firstName?: string | null;
  lastName?: string | null;
  email?: string | null;
  /** ACTIVE where it is left out. */
  status?: `${UserAccountStatus}` | null;
  /** OWNED_AND_SHARED where it is left out. */
  accessScope?: `${AccessScope}` | null;
  department?: string | null;
  location?: string | null;
  /** As the PAM product says. */
  roles?: string[];
  grants?: GrantRecord[];
  createdAt?: string | null;
  modifiedAt?: string | null;
  lastLoginAt?: string | null;
  expiresAt?: string | null;
}

/** What was shared with a user; the resource and the account are named by the same source's ids. */
export interface GrantRecord {
  level: 'REMOTE_APP_ONLY' | 'VIEW' | 'MODIFY' | 'FULL_ACCESS';
  resourceSourceId: string;
  /** The whole resource where it is left out. */
  accountSourceId?: string | null;
  grantedAt?: string | null;
}
