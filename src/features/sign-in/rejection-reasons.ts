import type { OwnOperation } from '../audits/own-operations.js';
import type { Refusal } from '../audits/refusals/count-refusals.js';
import type { RefusalKind } from '../audits/refusals/refusal-tally.js';

/**
 * Why a sign-in was not answered with right or wrong: too many failed before, by its name or from its network; its
 * operation was refused for its cost; it could not be checked; or its outcome could not be recorded. `change` is a
 * change of the own password that was refused since too many failed before.
 */
export type RejectionReason = 'name' | 'network' | 'budget' | 'busy' | 'lost' | 'change';

/** What is counted by network. */
export type NetworkRejectionReason = Exclude<RejectionReason, 'name' | 'change'>;

/** How audits describe a cause: the first one in a window, and the number of those that followed. */
interface Texts {
  readonly operation: OwnOperation;
  readonly first: string;
  readonly further: string;
}

const texts: Readonly<Record<RejectionReason, Texts>> = {
  name: {
    operation: 'User Sign-In Refused',
    first: 'not looked at, since too many by this name had failed before',
    further: 'by this name not looked at',
  },
  network: {
    operation: 'User Sign-In Refused',
    first: 'not looked at, since too many from this network had failed before',
    further: 'from this network not looked at',
  },
  budget: {
    operation: 'User Sign-In Turned Away',
    first: 'turned away unseen, since too much had been asked for in the seconds before: nothing was tried',
    further: 'from this network turned away unseen, since too much had been asked for',
  },
  busy: {
    operation: 'User Sign-In Turned Away',
    first: 'turned away unseen, since too many were waiting or the database did not answer: nothing was tried',
    further: 'from this network turned away unseen, since too many were waiting or the database did not answer',
  },
  lost: {
    operation: 'User Sign-In Failed',
    first: 'looked at and not answered, since the database did not confirm what came of it',
    further: 'from this network looked at and not answered, since the database did not confirm what came of them',
  },
  change: {
    operation: 'Password Change Refused',
    first: 'the current password was not checked, since too many attempts had failed before',
    further: 'changes refused without checking the current password',
  },
};

/** Networks that are counted together, since there are too many of them. */
const OTHERS = 'others';

/** Sign-ins that are counted by network, for a minute each. */
export const byNetwork: RefusalKind = {
  name: 'sign-in',
  window: 60_000,
  others: (refusal) => ({
    ...refusal,
    subject: subjectOf(refusal.subject.slice(0, refusal.subject.indexOf(':')) as RejectionReason, OTHERS),
    further: refusal.further.replace('from this network', 'from other networks'),
  }),
};

/** What is counted together: `by` is the SHA-256 of a name, or a network. */
export function subjectOf(reason: RejectionReason, by: string): string {
  return `${reason}:${by}`;
}

/** The user account of a name that was typed. */
export interface KnownUser {
  readonly id: number;
  readonly userName: string;
}

/** A sign-in that was not answered. `user` is null if the name that was typed is nobody's: people type passwords there. */
export function refusalOf(reason: RejectionReason, by: string, user: KnownUser | null): Refusal {
  const { operation, first, further } = texts[reason];
  const userName = user?.userName ?? null;
  const operator = { userId: user?.id ?? null, userName: userName ?? 'Unknown', clientType: 'Web Client' } as const;
  return { subject: subjectOf(reason, by), operation, by: operator, userName, first, further };
}
