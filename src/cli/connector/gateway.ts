import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, dataOf } from './answer.js';
import { backoffMs } from './backoff.js';
import { ConnectorError } from './connector-error.js';
import { IdleTimeout } from './idle-timeout.js';
import { networkError } from './network-error.js';

const MAX_TRIES = 8;

/** Where the queries of a run go, and as whom. */
export interface Gateway {
  endpoint: string;
  token: string;
  /** The first pause after a fault, in milliseconds. */
  retryBaseMs: number;
  /** How long nothing may come before a request is given up, in milliseconds. */
  idleMs: number;
  /** How long a request may take in all, in milliseconds. */
  longestMs: number;
  /** The most bytes of an answer: one that never ends must not fill the memory. */
  maxAnswerBytes: number;
}

/** A query as it is posted. */
export interface Query {
  document: string;
  variables: Record<string, unknown>;
}

/**
 * Asks the gateway and reads the answer with `read`; a transient fault of either is tried again, `most` times in all. Throws
 * ConnectorError, or the reason of `signal` when that aborts.
 */
export async function ask<T>(
  gateway: Gateway,
  query: Query,
  read: (data: Record<string, unknown>) => T,
  signal: AbortSignal,
  most = MAX_TRIES,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return read(dataOf(await post(gateway, query, signal)));
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ConnectorError)) throw error;
      const problem = withoutToken(error, gateway.token);
      if (!problem.transient) throw problem;
      if (tries === most) throw gaveUp(problem, most);
      await sleep(backoffMs(tries, gateway.retryBaseMs, problem.retryAfterMs), undefined, { signal }).catch(() =>
        signal.throwIfAborted(),
      );
    }
  }
}

async function post(gateway: Gateway, query: Query, signal: AbortSignal): Promise<Answer> {
  const timeout = new IdleTimeout(gateway.idleMs, gateway.longestMs, signal);
  try {
    const response = await fetch(gateway.endpoint, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${gateway.token}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({ query: query.document, variables: query.variables }),
      redirect: 'manual',
      signal: timeout.signal,
    });
    return {
      status: response.status,
      headers: response.headers,
      text: await textOf(response, timeout, gateway.maxAnswerBytes),
    };
  } catch (error) {
    throw error instanceof ConnectorError ? error : networkError(error);
  } finally {
    timeout.stop();
  }
}

async function textOf(response: Response, timeout: IdleTimeout, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    timeout.touch();
    size += part.length;
    if (size > maxBytes) throw tooLong(maxBytes);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function tooLong(maxBytes: number): ConnectorError {
  return new ConnectorError(
    `The answer is longer than ${Math.floor(maxBytes / 1024 / 1024)} MiB, and was not read on. Does the URL name the gateway? If it does, give a smaller --page-size.`,
  );
}

function gaveUp(problem: ConnectorError, tries: number): ConnectorError {
  return new ConnectorError(
    `${problem.message} Gave up after ${tries} tries. Nothing is lost: the same command goes on where it stopped.`,
    { transient: true, cause: problem, ...(problem.code === null ? {} : { code: problem.code }) },
  );
}

/** A server that sends back what it was sent must not bring the token onto the screen. */
function withoutToken(problem: ConnectorError, token: string): ConnectorError {
  problem.message = problem.message.replaceAll(token, '[token]');
  return problem;
}
