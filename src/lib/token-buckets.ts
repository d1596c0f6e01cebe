import { LRUCache } from 'lru-cache';

export interface BucketLimits {
  /** What a full bucket has. */
  readonly capacity: number;
  /** Milliseconds until one more comes. */
  readonly refill: number;
  /** How many buckets are kept; beyond it those that were used longest ago are forgotten, which makes them full. */
  readonly buckets: number;
}

/** In milliseconds: what adding and taking away leaves of times that are no whole numbers. */
const TOLERANCE = 1e-6;

/** A bucket of tokens for each key: each use takes one or more, and they come back one by one. */
export class TokenBuckets {
  readonly #limits: BucketLimits;
  /** When each bucket will be full again. It says all of a bucket that is not. */
  readonly #fullAt: LRUCache<string, number>;

  constructor(limits: BucketLimits) {
    this.#limits = limits;
    this.#fullAt = new LRUCache({ max: limits.buckets });
  }

  /** Takes a token: 0, or the milliseconds until there will be one, with none taken. `now` is in milliseconds of any clock. */
  take(key: string, now = performance.now()): number {
    const wait = this.waitFor(key, 1, now);
    if (wait === 0) this.charge(key, 1, now);
    return wait;
  }

  /** The milliseconds until a bucket has so many tokens; more than the capacity it will never have. */
  waitFor(key: string, tokens: number, now = performance.now()): number {
    const { capacity, refill } = this.#limits;
    const wait = this.#whenFull(key, now) - now - (capacity - tokens) * refill;
    return wait > TOLERANCE ? wait : 0;
  }

  /** Takes tokens whether they are there or not. */
  charge(key: string, tokens: number, now = performance.now()): void {
    this.#fullAt.set(key, this.#whenFull(key, now) + tokens * this.#limits.refill);
  }

  /** Puts back a token that was taken for nothing. */
  giveBack(key: string): void {
    const fullAt = this.#fullAt.get(key);
    if (fullAt !== undefined) this.#fullAt.set(key, fullAt - this.#limits.refill);
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
