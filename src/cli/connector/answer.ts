import { ConnectorError } from './connector-error.js';
import { isRecord, parseJson } from './json.js';

/** One HTTP answer, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

const TRANSIENT_CODES = new Set(['UNAVAILABLE', 'INTERNAL_SERVER_ERROR']);
const MAX_WAIT_MS = 5 * 60_000;

/** The `data` of a GraphQL answer. Throws ConnectorError for everything else. */
export function dataOf(answer: Answer): Record<string, unknown> {
  const { status } = answer;
  if (status >= 300 && status < 400) throw redirected(answer);
  const body = parseJson(answer.text);
  const refusal = firstError(body);
  if (refusal !== null) throw refused(answer, refusal);
  if (isTransientStatus(status)) throw unavailable(answer, `The gateway answered HTTP ${status}.`);
  if (status !== 200) {
    throw new ConnectorError(`The gateway answered HTTP ${status}. Does the URL name the gateway?`);
  }
  if (body === undefined) throw notJson(answer);
  const data = isRecord(body) ? body.data : null;
  if (!isRecord(data)) throw new ConnectorError('The answer is not one of GraphQL. Does the URL name the gateway?');
  return data;
}

function firstError(body: unknown): { message: string; code: string } | null {
  const errors = isRecord(body) ? body.errors : null;
  const error: unknown = Array.isArray(errors) ? errors[0] : null;
  if (!isRecord(error)) return null;
  const extensions = isRecord(error.extensions) ? error.extensions : {};
  return { message: printable(String(error.message)), code: printable(String(extensions.code ?? 'UNKNOWN')) };
}

function refused(answer: Answer, { message, code }: { message: string; code: string }): ConnectorError {
  const text = `The gateway says: ${message} (${code})`;
  if (TRANSIENT_CODES.has(code) || isTransientStatus(answer.status)) return unavailable(answer, text, code);
  return new ConnectorError(text, { code });
}

function unavailable({ headers }: Answer, message: string, code = 'UNAVAILABLE'): ConnectorError {
  const retryAfterMs = retryAfter(headers.get('retry-after'));
  return new ConnectorError(message, { code, transient: true, ...(retryAfterMs === null ? {} : { retryAfterMs }) });
}

/** An answer of JSON that does not parse was cut off; one of another kind comes from something that is no gateway. */
function notJson({ headers }: Answer): ConnectorError {
  const kind = headers.get('content-type') ?? 'nothing';
  if (kind.includes('json')) return new ConnectorError('The answer was broken off.', { transient: true });
  return new ConnectorError(`The answer is ${printable(kind)}, not JSON. Does the URL name the gateway?`);
}

function redirected({ status, headers }: Answer): ConnectorError {
  const location = printable(headers.get('location') ?? 'another address');
  return new ConnectorError(
    `The URL redirects to ${location} (HTTP ${status}). The token is not sent on: give the address of the gateway itself.`,
  );
}

function isTransientStatus(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** Seconds or a date, as RFC 9110 (10.2.3) has it, in milliseconds; five minutes at most. */
function retryAfter(value: string | null): number | null {
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), MAX_WAIT_MS);
}

/** A foreign text without control characters, which could rewrite what stands on a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').slice(0, 1000);
}
