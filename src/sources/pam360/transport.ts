import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher, request } from 'undici';
import { version } from '../../lib/version.js';
import { networkFault } from './network-fault.js';
import { PamFault } from './pam-fault.js';
import { faultOfStatus, retryAfterOf } from './status-fault.js';

export interface TransportOptions {
  /** Certificates in PEM; left out, those that come with Node.js. */
  readonly ca?: string | undefined;
  /** Sent with each call. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Milliseconds of the first pause before a call is tried again. */
  readonly pause?: number;
  /** Milliseconds: to connect, and without a byte of the answer. */
  readonly patience?: { readonly connect: number; readonly silence: number };
}

const ATTEMPTS = 5;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** A server that asks for more is asked again by the next pull. */
const LONGEST_RETRY_AFTER = 120_000;
const PATIENCE = { connect: 10_000, silence: 60_000 };
const WHOLE_CALL = 180_000;
const MOST_BYTES = 64 * 1024 * 1024;

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
   * @throws PamFault
   */
  async get(url: URL): Promise<unknown> {
    const { signal, pause = FIRST_PAUSE } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#ask(url);
      } catch (error) {
        signal.throwIfAborted();
        const fault = error instanceof PamFault ? error : networkFault(error, url.host);
        const wait = Math.max(fault.retryAfter ?? 0, jitter(Math.min(LONGEST_PAUSE, pause * 2 ** (attempt - 1))));
        if (!fault.mayPass || attempt === ATTEMPTS || wait > LONGEST_RETRY_AFTER) throw fault;
        await sleep(wait, undefined, { signal });
      }
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #ask(url: URL): Promise<unknown> {
    const answer = await request(url, {
      dispatcher: this.#agent,
      headers: {
        accept: 'application/json',
        'user-agent': `pam-analytics-gateway/${version}`,
        ...this.#options.headers,
      },
      signal: AbortSignal.any([this.#options.signal, AbortSignal.timeout(WHOLE_CALL)]),
    });
    const text = await textOf(answer.body);
    return readAnswer(answer.statusCode, retryAfterOf(answer.headers['retry-after']), text);
  }
}

async function textOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MOST_BYTES) throw new PamFault('an answer has more than 64 MiB');
    parts.push(part);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw new PamFault('it answered with something that is not UTF-8');
  }
}

function readAnswer(status: number, retryAfter: number | undefined, text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const fault = faultOfStatus(status, retryAfter, json);
  if (fault) throw fault;
  if (text.trim() === '') {
    throw new PamFault(
      'it answered with nothing at all, as it does where it cannot resolve the name of the host that the API user may call from',
      true,
    );
  }
  if (json === undefined) throw new PamFault('it did not answer in JSON: is PAM_URL right?');
  return json;
}

/** At least half of it is waited, so that many do not come back at once. */
function jitter(milliseconds: number): number {
  return milliseconds / 2 + (Math.random() * milliseconds) / 2;
}
