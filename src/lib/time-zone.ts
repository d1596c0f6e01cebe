import { quote } from './quote.js';
import type { LocalClock } from './source-time.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A century and a half; more days than that are looked up again. */
const CACHED_DAYS = 55_000;

/** The offsets of one day of UTC: `before` up to the instant `at`, `after` from it on. Equal where no clock is changed. */
interface Day {
  before: number;
  after: number;
  at: number;
}

/** UTC by all of its names in the tz database (its file "backward"). A zone that only keeps the same time is another one. */
const UTC = /^(Etc\/)?(UTC|UCT|Universal|Zulu|GMT|GMT[+-]?0|Greenwich)$/i;

export function isUtc(name: string): boolean {
  return UTC.test(name);
}

/** Offsets of an IANA time zone, from the data of the runtime. Throws RangeError for a name that is none. */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat;
  readonly #days = new Map<number, Day>();

  constructor(readonly name: string) {
    this.#format = formatOf(name);
  }

  /** The UTC offset in minutes at a UTC instant (epoch ms). Local mean times of long ago have fractions of a minute. */
  offsetAt(epochMs: number): number {
    return this.#offset(epochMs) / MINUTE_MS;
  }

  /**
   * From a local wall-clock time (epoch ms as if it were UTC) to epoch ms. A time that the clock skipped is taken with
   * the offset before the gap, so that it moves forward. Of a time that occurs twice it is the first, or the one that is
   * nearer to the instant `near`.
   */
  toEpoch(localMs: number, near?: number): number {
    const { first, second } = this.locate(localMs);
    return near !== undefined && Math.abs(second - near) < Math.abs(first - near) ? second : first;
  }

  /** A clock of this zone that takes times that occur twice for the one that is nearer to `epochMs`. */
  near(epochMs: number): LocalClock {
    return { toEpoch: (localMs) => this.toEpoch(localMs, epochMs) };
  }

  /** The instants at which the clock showed a local time, which are equal where it did so once; and whether it ever did. */
  locate(localMs: number): { first: number; second: number; exists: boolean } {
    // No zone is further than 16 hours from UTC, and none changes its clock twice within two days.
    const before = this.#offset(localMs - DAY_MS);
    const after = this.#offset(localMs + DAY_MS);
    const early = localMs - before;
    if (before === after) return { first: early, second: early, exists: true };
    const late = localMs - after;
    const isEarly = this.#offset(early) === before;
    const isLate = this.#offset(late) === after;
    const first = isEarly || !isLate ? early : late;
    return { first, second: isLate ? late : first, exists: isEarly || isLate };
  }

  #offset(epochMs: number): number {
    const number = Math.floor(epochMs / DAY_MS);
    let day = this.#days.get(number);
    if (!day) {
      day = this.#lookUp(number * DAY_MS);
      if (this.#days.size >= CACHED_DAYS) this.#days.clear();
      this.#days.set(number, day);
    }
    return epochMs < day.at ? day.before : day.after;
  }

  #lookUp(start: number): Day {
    const before = this.#ask(start);
    const after = this.#ask(start + DAY_MS);
    if (before === after) return { before, after, at: start };
    let low = start;
    let high = start + DAY_MS;
    while (high - low > 1000) {
      const middle = low + 1000 * Math.floor((high - low) / 2000);
      if (this.#ask(middle) === before) low = middle;
      else high = middle;
    }
    return { before, after, at: high };
  }

  /** The offset in ms of a whole second, from Intl. */
  #ask(epochMs: number): number {
    const [month, day, year, hour, minute, second] = this.#format.format(epochMs).match(/\d+/g)!.map(Number);
    return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) - epochMs;
  }
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    // Newer runtimes take offsets for names. An offset knows nothing of daylight saving.
    if (!/^[A-Za-z]/.test(name)) throw new RangeError();
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new RangeError(`${quote(name)} is not a time zone: write an IANA name such as Europe/Berlin or UTC`);
  }
}
