import { AuditCategory, AuditOutcome } from '../../audits/audit.js';
import { ShareLevel } from '../../resources/access-grant.js';
import { AccessScope, UserAccountStatus } from '../../users/user-account.js';

/** The words of an enum: its own, and those of the PAM products for the same, each as `foldWord` makes it. */
export interface Words<W extends string> {
  /** The words of the enum itself. */
  readonly own: readonly W[];
  readonly meanings: ReadonlyMap<string, W>;
}

/** Categories, as the products call their kinds of audits. (manageengine.com, help on audits) */
export const categories = wordsOf(AuditCategory, {
  KEY_AND_CERTIFICATE: ['Keys and Certificates', 'Keys & Certificates', 'Key & Certificate'],
});

/** Outcomes, as the products write them in syslog. */
export const outcomes = wordsOf(AuditOutcome, {
  SUCCESS: ['Succeed', 'Succeeded', 'Successful', 'Successfully'],
  FAILURE: ['Fail', 'Failed'],
});

export const shareLevels = wordsOf(ShareLevel);

export const userStatuses = wordsOf(UserAccountStatus, {
  ACTIVE: ['Enabled'],
  DISABLED: ['Inactive'],
});

/** Scopes, as the products call them. (manageengine.com, help on users) */
export const accessScopes = wordsOf(AccessScope, {
  OWNED_AND_SHARED: ['Passwords Owned and Shared', 'Owned and Shared Passwords'],
  ALL: ['All Passwords', 'All Passwords in the System'],
});

/** What a word of the products means; undefined if it is none of them. */
export function meaningOf<W extends string>(text: string, { own, meanings }: Words<W>): W | undefined {
  if (own.includes(text as W)) return text as W;
  return meanings.get(foldWord(text)) ?? meanings.get(foldWord(text.replace(/[\s_]*audits?\s*$/i, '')));
}

/** The same for words that differ in case, spaces, underscores, hyphens and a last s: 'User Sessions' and 'USER_SESSION'. */
export function foldWord(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s_\-\u2010-\u2015]/g, '')
    .replace(/s$/, '');
}

function wordsOf<W extends string>(words: Record<W, W>, others: { [word in W]?: readonly string[] } = {}): Words<W> {
  const own = Object.keys(words) as W[];
  const pairs = own.flatMap((word) => [word, ...(others[word] ?? [])].map((said) => [foldWord(said), word] as const));
  return { own, meanings: new Map(pairs) };
}
