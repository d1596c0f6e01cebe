import type { GrantRecord, UserAccountRecord } from '../../features/users/user-account.record.js';
import type { DatedAccount } from './account-name.js';
import type { Office } from './company.js';
import { isOnLeave } from './leave.js';
import type { Operation } from './operations.js';
import type { Shift } from './shift.js';

/** A privileged account that somebody may use. */
export interface Holding extends DatedAccount {
  readonly level: GrantRecord['level'];
}

/** What a user account's record does not say of the one behind it, and its audits show. */
export interface Person {
  readonly index: number;
  readonly record: UserAccountRecord;
  readonly role: string;
  readonly office: Office;
  readonly shift: Shift;
  /** How busy this one is; most are near 1. */
  readonly activity: number;
  /** The half-open time in which this one works, in milliseconds since 1970. */
  readonly worksFrom: number;
  readonly worksUntil: number;
  readonly takesLeave: boolean;
  readonly leaveSeed: number;
  readonly address: string;
  readonly remoteAddress: string;
  /** The usual one first. */
  readonly clientTypes: readonly [string, string];
  /** How it logs in. */
  readonly login: Operation;
  /** The ones it uses most come first. */
  readonly holdings: Holding[];
}

export function isApiUser(person: Person): boolean {
  return person.shift === 'ALWAYS';
}

/** Has an open account and has not used it for longer than the period. */
export function isDormant(person: Person): boolean {
  return person.worksUntil <= person.worksFrom && person.record.status === 'ACTIVE';
}

/** May own resources, and acts when they are added or shared. */
export function mayOwn(person: Person): boolean {
  return OWNERS.has(person.role) && person.record.status === 'ACTIVE' && !isDormant(person);
}

const OWNERS = new Set(['Privileged Administrator', 'Administrator', 'Password Administrator', 'Cloud Administrator']);

export function isAdministrator(person: Person): boolean {
  return person.role === 'Privileged Administrator' || person.role === 'Administrator';
}

/** Whether the person may be at work at a moment (ms) of a day. */
export function isAvailable(person: Person, ms: number, day: number): boolean {
  if (ms < person.worksFrom || ms >= person.worksUntil) return false;
  return !(person.takesLeave && isOnLeave(person.leaveSeed, day));
}
