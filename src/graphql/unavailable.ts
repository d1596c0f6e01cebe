import type { GraphQLError } from 'graphql';
import { AppError } from '../lib/app-error.js';
import type { Plugin } from './combine-plugins.js';
import { isUnavailable } from './errors.js';

/**
 * An answer of nothing but what may be had later says so by its status too, 503, and when to come again: a proxy or a
 * connector need not look into it.
 */
export const unavailablePlugin: Plugin = () => ({
  willSendResponse({ response, errors = [] }) {
    if (response.body.kind !== 'single' || errors.length === 0 || !errors.every(isUnavailable)) return;
    const fields = Object.values(response.body.singleResult.data ?? {});
    if (fields.some((value) => value !== null)) return;
    response.http.status = 503;
    response.http.headers.set('retry-after', String(Math.max(1, ...errors.map(secondsToWait))));
  },
});

function secondsToWait({ originalError }: GraphQLError): number {
  return (originalError instanceof AppError && originalError.retryAfter) || 0;
}
