import { AppError } from './app-error.js';

export interface TurnLimits {
  /** How much work runs at once. */
  readonly atOnce: number;
  /** How many may wait, and how many of them for the same one who asks. */
  readonly waiting: number;
  readonly waitingOfOne: number;
  /** What those are told for whom there is no place left to wait. */
  readonly full: string;
}

/** Runs a few pieces of work at once, the others in the order of asking. Nobody alone can take all places to wait. */
export class Turns {
  readonly #limits: TurnLimits;
  readonly #waiting: { readonly who: string; readonly start: () => void }[] = [];
  #running = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** @throws AppError UNAVAILABLE where there is no place left to wait */
  async run<T>(who: string, work: () => Promise<T>): Promise<T> {
    await this.#turn(who);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next.start();
      else this.#running--;
    }
  }

  #turn(who: string): Promise<void> {
    if (this.#running < this.#limits.atOnce) {
      this.#running++;
      return Promise.resolve();
    }
    const own = this.#waiting.filter((waiting) => waiting.who === who).length;
    if (this.#waiting.length >= this.#limits.waiting || own >= this.#limits.waitingOfOne) {
      return Promise.reject(new AppError('UNAVAILABLE', this.#limits.full));
    }
    return new Promise((start) => this.#waiting.push({ who, start }));
  }
}
