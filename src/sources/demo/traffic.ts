import { DAY_MS, type DayKind, dayKind, dayOf, dayText, HOUR_MS } from './calendar.js';
import type { Period } from './period.js';
import { scatter } from './random.js';

/** An hour of the clock, or the part of one that is in the period, and how many audits occur in it. */
export interface Hour {
  readonly from: number;
  readonly until: number;
  readonly day: number;
  readonly kind: DayKind;
  /** 0 to 23. */
  readonly hour: number;
  readonly count: number;
  /** The moment the hour of the clock begins, and its text up to 'T14:'. */
  readonly start: number;
  readonly prefix: string;
}

/** From the first day to the last, activity grows by this share of its mean. */
const GROWTH = 0.35;
const NOISE = 0.25;

/**
 * Apportions `total` audits over the hours of the period by `busyness`, a slow growth and some noise of the seed. The
 * counts add up to exactly `total`: each is the difference of two rounded running sums. Memory does not grow with either.
 */
export function* hours(
  seed: number,
  period: Period,
  total: number,
  busyness: (kind: DayKind, hour: number) => number,
): Generator<Hour> {
  let whole = 0;
  for (const { weight } of weights(seed, period, busyness)) whole += weight;
  let sum = 0;
  let given = 0;
  for (const { weight, ...slice } of weights(seed, period, busyness)) {
    sum += weight;
    const due = slice.until === period.until ? total : Math.min(total, Math.floor((sum / whole) * total));
    yield { ...slice, count: due - given };
    given = due;
  }
}

function* weights(
  seed: number,
  { from, until }: Period,
  busyness: (kind: DayKind, hour: number) => number,
): Generator<Omit<Hour, 'count'> & { weight: number }> {
  for (let day = dayOf(from); day * DAY_MS < until; day++) {
    const kind = dayKind(day);
    const text = dayText(day);
    for (let hour = 0; hour < 24; hour++) {
      const start = day * DAY_MS + hour * HOUR_MS;
      const slice = { from: Math.max(start, from), until: Math.min(start + HOUR_MS, until) };
      if (slice.from >= slice.until) continue;
      const grown = 1 + GROWTH * ((slice.from - from) / (until - from) - 0.5);
      const noise = 1 + NOISE * (scatter(seed ^ Math.imul(day * 24 + hour, 0x9e3779b1)) / 2 ** 31 - 1);
      const weight = busyness(kind, hour) * grown * noise * ((slice.until - slice.from) / HOUR_MS);
      yield { ...slice, day, kind, hour, start, prefix: `${text}T${String(hour).padStart(2, '0')}:`, weight };
    }
  }
}
