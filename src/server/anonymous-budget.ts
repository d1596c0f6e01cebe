import type { FastifyRequest } from 'fastify';
import { ANONYMOUS_LIMITS } from '../graphql/limits/limit.js';
import { AppError } from '../lib/app-error.js';
import { networkOf } from '../lib/network.js';
import { pluralize } from '../lib/pluralize.js';
import { TokenBuckets } from '../lib/token-buckets.js';
import { turnTime } from '../lib/turn-time.js';

/** What each request costs beside its bytes: it is answered, whatever it holds. */
const REQUEST = 256;

/** Bytes that come back each second, and that may be saved up; networks that are remembered. */
const PER_SECOND = 128 * 1024;
const BUDGET = { capacity: 4 * PER_SECOND, refill: 1_000 / PER_SECOND, buckets: 10_000 };

/** Charges the requests of those who are not signed in by their bytes, before anything of them is parsed. */
export class AnonymousBudget {
  readonly #buckets = new TokenBuckets(BUDGET);

  /**
   * Charges a request to the network that it came from, also if it will be refused.
   * @throws AppError RATE_LIMITED with the seconds to wait
   */
  charge({ client, headers, url }: FastifyRequest): void {
    const network = networkOf(client!.ipAddress);
    const length = headers['transfer-encoding'] ? ANONYMOUS_LIMITS.body : Number(headers['content-length'] ?? 0);
    // A body that is larger is refused without being read.
    const bytes = REQUEST + url.length + (length > ANONYMOUS_LIMITS.body ? 0 : length);
    const wait = this.#buckets.waitFor(network, bytes, turnTime());
    if (wait === 0) {
      this.#buckets.charge(network, bytes, turnTime());
      return;
    }
    const seconds = Math.ceil(wait / 1_000);
    const message = `your address sent too many bytes without a sign-in: wait ${pluralize(seconds, 'second')}, or send a token`;
    throw new AppError('RATE_LIMITED', message, seconds);
  }
}
