import { dayKind, dayOf, HOUR_MS } from './calendar.js';
import type { Random } from './random.js';

const TRIES = 24;

/** A moment of [from, until), in office hours of a working day where the draws meet one. Milliseconds since 1970. */
export function workingMoment(random: Random, from: number, until: number): number {
  let ms = from;
  for (let i = 0; i < TRIES; i++) {
    ms = from + random.int(Math.max(1, until - from));
    const hour = Math.floor(ms / HOUR_MS) % 24;
    if (hour >= 8 && hour < 17 && dayKind(dayOf(ms)) === 'WORKDAY') break;
  }
  return ms;
}

/** RFC 3339 in UTC with milliseconds. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
