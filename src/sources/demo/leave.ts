import { scatter } from './random.js';

/** Days from `first` to `last`, both included. */
export interface Leave {
  readonly first: number;
  readonly last: number;
}

/** Everybody is away once in so many days, for 5 to 14 of them. */
const CYCLE = 120;

/** The leave that a person takes in the cycle that the day is in. `seed` is the person's own. */
export function leaveAround(seed: number, day: number): Leave {
  const cycle = Math.floor(day / CYCLE);
  const noise = scatter(seed ^ Math.imul(cycle, 0x9e3779b1));
  const length = 5 + ((noise >>> 16) % 10);
  const first = cycle * CYCLE + (noise % (CYCLE - 14));
  return { first, last: first + length - 1 };
}

/** Whether the day is one of that leave. */
export function isOnLeave(seed: number, day: number): boolean {
  const leave = leaveAround(seed, day);
  return day >= leave.first && day <= leave.last;
}
