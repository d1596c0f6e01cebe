import { LRUCache } from 'lru-cache';

export interface BucketLimits {
  /** What a full bucket has. */
  readonly capacity: number;
  /** Milliseconds until one more comes. */
  readonly refill: number;
  /** How many buckets are kept; beyond it those that were used longest ago are forgotten, which makes them full. */
  readonly buckets: number;
}

/** Milliseconds. */
const TOLERANCE = 1e-6;

/** A bucket of tokens for each key: each use takes some, and they come back one by one. */
export class TokenBuckets {
  readonly #limits: BucketLimits;
  /** When each bucket will be full again. It says all of a bucket that is not. */
  readonly #fullAt: LRUCache<string, number>;

  constructor(limits: BucketLimits) {
    this.#limits = limits;
    this.#fullAt = new LRUCache({ max: limits.buckets });
  }

  /**
   * Takes tokens: 0, or the milliseconds until there will be so many, with none taken; more than the capacity there will
   * never be. `now` is in milliseconds of any clock.
   */
  take(key: string, now = performance.now(), tokens = 1): number {
    const { capacity, refill } = this.#limits;
    const fullAt = this.#whenFull(key, now) + tokens * refill;
    const wait = fullAt - now - capacity * refill;
    // What adding and taking away leaves of a time that is no whole number.
    if (wait > TOLERANCE) return wait;
    this.#fullAt.set(key, fullAt);
    return 0;
  }

  /** Puts back tokens that were taken for nothing. */
  giveBack(key: string, tokens = 1): void {
    const fullAt = this.#fullAt.get(key);
    if (fullAt !== undefined) this.#fullAt.set(key, fullAt - tokens * this.#limits.refill);
  }

  /** The whole tokens that a bucket has. */
  available(key: string, now = performance.now()): number {
    const { capacity, refill } = this.#limits;
    return Math.floor(capacity - (this.#whenFull(key, now) - now) / refill);
  }

  #whenFull(key: string, now: number): number {
    return Math.max(this.#fullAt.get(key) ?? now, now);
  }
}
