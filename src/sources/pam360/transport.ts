import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher, request } from 'undici';
import { version } from '../../lib/version.js';
import { networkError } from './network-error.js';
import { PamError } from './pam-error.js';
import { retryAfterOf, statusError } from './status-error.js';

export interface TransportOptions {
  /** Certificates in PEM; left out, those that come with Node.js. */
  readonly ca?: string | undefined;
  /** Sent with each call. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Milliseconds of the first pause before a call is tried again. */
  readonly pause?: number;
  /** Milliseconds: to connect, without a byte of the answer, and for all of it. */
  readonly patience?: { readonly connect: number; readonly silence: number; readonly whole: number };
}

const ATTEMPTS = 5;
const FIRST_PAUSE = 500;
const MAX_PAUSE = 30_000;
/** A server that asks for more is asked again by the next pull. */
const MAX_RETRY_AFTER = 120_000;
const PATIENCE = { connect: 10_000, silence: 60_000, whole: 180_000 };
const MAX_BYTES = 64 * 1024 * 1024;

/** GET requests for JSON over HTTPS. Redirects are not followed: the token is for one server. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #agent: Agent;

  constructor(options: TransportOptions) {
    this.#options = options;
    const { connect, silence } = options.patience ?? PATIENCE;
    this.#agent = new Agent({
      connect: { timeout: connect, ...(options.ca !== undefined && { ca: options.ca }) },
      headersTimeout: silence,
      bodyTimeout: silence,
    });
  }

  /**
   * The JSON that an address answers with, whatever it says. What may pass is tried again, five times in all.
   * @throws PamError
   */
  async get(url: URL): Promise<unknown> {
    const { signal, pause = FIRST_PAUSE } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#ask(url);
      } catch (error) {
        signal.throwIfAborted();
        const problem = error instanceof PamError ? error : networkError(error, url.host);
        const wait = Math.max(problem.retryAfter ?? 0, jitter(Math.min(MAX_PAUSE, pause * 2 ** (attempt - 1))));
        if (!problem.mayPass || attempt === ATTEMPTS || wait > MAX_RETRY_AFTER) throw problem;
        await sleep(wait, undefined, { signal });
      }
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #ask(url: URL): Promise<unknown> {
    const { signal, headers, patience = PATIENCE } = this.#options;
    // By hand: of signals that are made of others, and of their timers, a long pull would leave many thousands behind.
    const call = new AbortController();
    const stop = (): void => call.abort(signal.reason);
    const timer = setTimeout(() => call.abort(new DOMException('too slow', 'TimeoutError')), patience.whole);
    signal.addEventListener('abort', stop, { once: true });
    try {
      signal.throwIfAborted();
      const answer = await request(url, {
        dispatcher: this.#agent,
        headers: { accept: 'application/json', 'user-agent': `pam-analytics-gateway/${version}`, ...headers },
        signal: call.signal,
      });
      const text = await textOf(answer.body);
      return readAnswer(answer.statusCode, retryAfterOf(answer.headers['retry-after']), text);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }
}

async function textOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BYTES) throw new PamError('an answer has more than 64 MiB');
    parts.push(part);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw new PamError('it answered with something that is not UTF-8');
  }
}

function readAnswer(status: number, retryAfter: number | undefined, text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const problem = statusError(status, retryAfter, json);
  if (problem) throw problem;
  if (text.trim() === '') {
    throw new PamError(
      'it answered with nothing at all, as it does where it cannot resolve the name of the host that the API user may call from',
      true,
    );
  }
  if (json === undefined) throw new PamError('it did not answer in JSON: is PAM_URL right?');
  return json;
}

/** At least half of it is waited, so that many do not come back at once. */
function jitter(milliseconds: number): number {
  return milliseconds / 2 + (Math.random() * milliseconds) / 2;
}
