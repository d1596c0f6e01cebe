import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../lib/app-error.js';
import { networkOf } from '../lib/network.js';
import { TokenBuckets } from '../lib/token-buckets.js';
import { forwardedAddress } from './client.js';

/** Requests that come back each second, and that may be saved up; networks that are remembered. */
const PER_SECOND = 20;
const BUDGET = { capacity: 10 * PER_SECOND, refill: 1_000 / PER_SECOND, buckets: 10_000 };

/**
 * Makes the hook that bounds what each network may ask of a path for operators, which needs no sign-in: many times what
 * Prometheus and Kubernetes do. It refuses with RATE_LIMITED and the seconds to wait.
 */
export function chargeOperators() {
  const buckets = new TokenBuckets(BUDGET);
  return ({ ip }: FastifyRequest, _reply: FastifyReply, done: (refusal?: Error) => void): void => {
    const wait = buckets.take(networkOf(forwardedAddress(ip)));
    if (wait === 0) done();
    else done(new AppError('RATE_LIMITED', 'your address asks too often: wait a second', Math.ceil(wait / 1_000)));
  };
}
