import type { UserAccount } from './user-account.js';
import { quotedUserName } from './user-name.js';

/** What was written of one user account. */
export interface UserAccountChange {
  readonly outcome: 'ADDED' | 'CHANGED' | 'DELETED';
  readonly userName: string;
  /** What is other than before, in words for an audit; of one that was deleted, the names of the roles that it had here. */
  readonly what: readonly string[];
}

/** What a new user account is allowed, in words. */
export function beginningInWords({ status, accessScope }: UserAccount): string[] {
  return [`status ${status}`, `accessScope ${accessScope}`];
}

/**
 * Which properties of a user account change, in words. Only what says who it is and what it may do is told with its values:
 * the others are a person's own.
 */
export function changesInWords(before: UserAccount, changes: Partial<UserAccount>): string[] {
  return Object.entries(changes)
    .filter(([property]) => property !== 'searchText')
    .map(([property, value]) => {
      if (property === 'userName')
        return `userName ${quotedUserName(before.userName)} -> ${quotedUserName(String(value))}`;
      if (property === 'status' || property === 'accessScope') return `${property} ${before[property]} -> ${value}`;
      return property;
    });
}
