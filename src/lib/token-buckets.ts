import { LRUCache } from 'lru-cache';

export interface BucketLimits {
  /** What a full bucket has. */
  readonly capacity: number;
  /** Milliseconds until one more comes. */
  readonly refill: number;
  /** How many buckets are kept; beyond it those that were used longest ago are forgotten, which makes them full. */
  readonly buckets: number;
}

/** A bucket of tokens for each key: each use takes one, and they come back one by one. */
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
    const { capacity, refill } = this.#limits;
    const fullAt = Math.max(this.#fullAt.get(key) ?? now, now) + refill;
    const wait = fullAt - now - capacity * refill;
    if (wait > 0) return wait;
    this.#fullAt.set(key, fullAt);
    return 0;
  }

  /** Puts back a token that was taken for nothing. */
  giveBack(key: string): void {
    const fullAt = this.#fullAt.get(key);
    if (fullAt !== undefined) this.#fullAt.set(key, fullAt - this.#limits.refill);
  }
}
