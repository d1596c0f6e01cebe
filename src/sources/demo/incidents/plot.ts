import type { AccountName, DatedAccount } from '../account-name.js';
import { DAY_MS, dayOf, HOUR_MS, MINUTE_MS } from '../calendar.js';
import type { Period } from '../period.js';
import type { Person } from '../person.js';
import type { Random } from '../random.js';
import type { ScriptedAudit } from '../scripted-audit.js';

/** What an incident may be made of. */
export interface Stage {
  readonly random: Random;
  readonly period: Period;
  /** Those who have no incident yet. */
  readonly people: readonly Person[];
  /** Every privileged account. */
  readonly accounts: readonly DatedAccount[];
}

export interface Plot {
  readonly person: Person;
  readonly description: string;
  /** In time order. */
  readonly audits: readonly ScriptedAudit[];
}

/** A kind of incident. */
export interface IncidentKind {
  readonly kind: string;
  /** How many audits it has where there is room for them, and how few still tell the story. */
  readonly size: number;
  readonly least: number;
  /** Exactly `size` audits, or undefined where the people or the period do not allow it. */
  plan(stage: Stage, size: number): Plot | undefined;
}

/** One of the people who fit, or undefined. */
export function cast(stage: Stage, fits: (person: Person) => boolean): Person | undefined {
  const candidates = stage.people.filter(fits);
  return candidates.length === 0 ? undefined : stage.random.pick(candidates);
}

/**
 * A moment that fits, within a minute after `hour` o'clock of a day, such that `lasting` ms from it are inside the period. It is in the later
 * four fifths, so that there is something to compare it with. Undefined where none fits.
 */
export function momentOf(
  stage: Stage,
  hour: number,
  lasting: number,
  fits: (at: number) => boolean,
): number | undefined {
  const { from, until } = stage.period;
  const start = from + (until - from) / 5;
  const moments: number[] = [];
  for (let day = dayOf(start); day <= dayOf(until); day++) {
    const at = Math.round(day * DAY_MS + hour * HOUR_MS) + stage.random.int(MINUTE_MS);
    if (at >= start && at + lasting <= until && fits(at)) moments.push(at);
  }
  return moments.length === 0 ? undefined : stage.random.pick(moments);
}

/** `count` moments of [at, at + lasting), rising; the first is `at` itself. */
export function spread(random: Random, at: number, lasting: number, count: number): number[] {
  const step = lasting / count;
  return Array.from({ length: count }, (_, i) => at + (i === 0 ? 0 : Math.floor((i + random.next()) * step)));
}

/** Names of those that exist at a moment. */
export function existing(accounts: readonly DatedAccount[], at: number): AccountName[] {
  return accounts.filter(({ since }) => since <= at).map(({ account }) => account);
}
