import type { AppError } from './app-error.js';

export interface TurnLimits {
  /** How much work runs at once, and how much of it for the same one who asks. */
  readonly atOnce: number;
  readonly atOnceOfOne?: number;
  /** How many may wait, and how many of them for the same one who asks. */
  readonly waiting: number;
  readonly waitingOfOne: number;
  /** Makes the error for those for whom there is no place left to wait. */
  readonly full: () => AppError;
}

interface Waiting {
  readonly who: string;
  readonly start: () => void;
}

/**
 * Runs a few pieces of work at once. Of those that wait, the next comes from the caller with the fewest running, in the order of
 * asking. Nobody alone can take all places to wait.
 */
export class Turns {
  readonly #limits: TurnLimits;
  readonly #waiting: Waiting[] = [];
  /** What runs, by who asked. */
  readonly #runningOf = new Map<string, number>();
  #running = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** @throws AppError if there is no place left to wait */
  async run<T>(who: string, work: () => Promise<T>): Promise<T> {
    const end = await this.begin(who);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /**
   * Waits for a turn; call the function that it returns when the work is done. An aborted signal ends the wait.
   * @throws AppError if there is no place left to wait, or the reason of the signal
   */
  async begin(who: string, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#mayRun(who)) this.#starts(who);
    else await this.#turn(who, signal);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#ends(who);
    };
  }

  #turn(who: string, signal: AbortSignal | undefined): Promise<void> {
    const { waiting, waitingOfOne, full } = this.#limits;
    const own = this.#waiting.filter((each) => each.who === who).length;
    if (this.#waiting.length >= waiting || own >= waitingOfOne) return Promise.reject(full());
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(place), 1);
        reject(signal!.reason);
      };
      const start = () => {
        signal?.removeEventListener('abort', leave);
        this.#starts(who);
        resolve();
      };
      const place = { who, start };
      this.#waiting.push(place);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #mayRun(who: string): boolean {
    const { atOnce, atOnceOfOne = atOnce } = this.#limits;
    return this.#running < atOnce && this.#of(who) < atOnceOfOne;
  }

  #of(who: string): number {
    return this.#runningOf.get(who) ?? 0;
  }

  #starts(who: string): void {
    this.#running++;
    this.#runningOf.set(who, this.#of(who) + 1);
  }

  #ends(who: string): void {
    this.#running--;
    const left = this.#of(who) - 1;
    if (left > 0) this.#runningOf.set(who, left);
    else this.#runningOf.delete(who);
    let next: Waiting | undefined;
    for (const each of this.#waiting) {
      if (this.#mayRun(each.who) && (!next || this.#of(each.who) < this.#of(next.who))) next = each;
    }
    if (!next) return;
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    next.start();
  }
}
