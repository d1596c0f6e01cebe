import { quote } from '../../lib/quote.js';
import { fieldText, rowOf } from './field-values.js';
import { PamError } from './pam-error.js';

/** What an HTTP status keeps from being an answer; null where nothing does. The body may say more. */
export function statusError(status: number, retryAfter: number | undefined, body: unknown): PamError | null {
  if (status >= 200 && status < 300) return null;
  const words = wordsOf(body);
  const because = words === null ? '' : `: it says ${quote(words, 300)}`;
  if (status === 429) return new PamError(`it was asked too often (HTTP 429)${because}`, true, retryAfter);
  if (status >= 500 || status === 408) return new PamError(`it failed (HTTP ${status})${because}`, true, retryAfter);
  if (status === 401 || status === 403) {
    return new PamError(
      `it refuses the token (HTTP ${status})${because}; look at PAM_AUTHTOKEN, and at the host that its user may call from`,
    );
  }
  if (status >= 300 && status < 400) {
    return new PamError(`it sends the call elsewhere (HTTP ${status}), where the token does not go: is PAM_URL right?`);
  }
  return new PamError(`it does not know what was asked (HTTP ${status})${because}: is PAM_URL right?`);
}

/** As the envelope of the REST API says it, or an error of SCIM (RFC 7644, 3.12). */
function wordsOf(body: unknown): string | null {
  const result = rowOf(rowOf(rowOf(body).operation).result);
  return fieldText(result, 'message') ?? fieldText(rowOf(body), 'detail');
}

/** Milliseconds that a Retry-After asks for, which is written in seconds or as a date. */
export function retryAfterOf(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}
