/**
 * Why a sign-in was not answered with right or wrong: too many failed before, by its name or from its network; its
 * operation was refused for its cost; it could not be looked at; or what came of it could not be recorded.
 */
export type Cause = 'name' | 'network' | 'budget' | 'busy' | 'lost';

/** How audits tell of a cause: of the first in a time, and of the number that followed it. */
interface Said {
  readonly operation: string;
  readonly first: string;
  readonly more: string;
}

/** Networks beyond those that are told apart. */
export const OTHERS = 'others';

const saidOf: Readonly<Record<Cause, Said>> = {
  name: {
    operation: 'User Sign-In Refused',
    first: 'not looked at, since too many by this name had failed before',
    more: 'not looked at',
  },
  network: {
    operation: 'User Sign-In Refused',
    first: 'not looked at, since too many from this network had failed before',
    more: 'not looked at',
  },
  budget: {
    operation: 'User Sign-In Turned Away',
    first: 'turned away unseen, since too much had been asked for in the seconds before: nothing was tried',
    more: 'turned away unseen, since too much had been asked for',
  },
  busy: {
    operation: 'User Sign-In Turned Away',
    first: 'turned away unseen, since too many were waiting or the database did not answer: nothing was tried',
    more: 'turned away unseen, since too many were waiting or the database did not answer',
  },
  lost: {
    operation: 'User Sign-In Failed',
    first: 'looked at and not answered, since the database did not confirm what came of it',
    more: 'looked at and not answered, since the database did not confirm what came of them',
  },
};

/** What is counted together: `by` is the SHA-256 of a name, a network, or OTHERS. */
export function subjectOf(cause: Cause, by: string): string {
  return `${cause}:${by}`;
}

export function operationOf(subject: string): string {
  return saidOf[causeOf(subject)].operation;
}

/** The reason of the audit of the first. */
export function firstOf(subject: string): string {
  return saidOf[causeOf(subject)].first;
}

/** The reason of the audit of those that followed, without their number. */
export function moreOf(subject: string): string {
  const cause = causeOf(subject);
  const others = subject === subjectOf(cause, OTHERS);
  const whose = cause === 'name' ? 'by this name' : others ? 'from other networks' : 'from this network';
  return `${whose} ${saidOf[cause].more}`;
}

function causeOf(subject: string): Cause {
  return subject.slice(0, subject.indexOf(':')) as Cause;
}
