import { quote } from '../../lib/quote.js';
import { rowOf, textOf } from './field-values.js';
import { PamError, PamRefusal } from './pam-error.js';

/** What an answer of the REST API holds. */
export interface Envelope {
  readonly details: unknown;
  /** How many rows the whole list has, where it says so. */
  readonly totalRows: number | undefined;
}

/** What is wrong with the token, or with where it is used from, is wrong for every call. (github.com/rmetcalf9/PasswordManPro_CLI) */
const OF_THE_TOKEN: readonly (readonly [RegExp, string])[] = [
  [/API key .*not associated/i, 'look at PAM_AUTHTOKEN: the token may be mistyped, regenerated or expired'],
  [/not allowed to access from this host/i, 'add this host to those that the API user may call from'],
];

/**
 * Opens the envelope that answers come in: `{"operation":{"result":{"status"},"totalRows","Details"}}`. Failures often
 * come with HTTP 200.
 * @throws PamRefusal for a failure that is about what was asked; PamError for one that is about the token, or no envelope
 */
export function openEnvelope(answer: unknown): Envelope {
  const operation = rowOf(rowOf(answer).operation);
  const result = rowOf(operation.result);
  const status = textOf(result.status);
  if (status === null) throw new PamError('it answered with something else than PAM360 does: is PAM_URL right?');
  if (status.trim().toLowerCase() !== 'success') throw refusal(textOf(result.message));
  const total = textOf(operation.totalRows)?.trim();
  return { details: operation.Details, totalRows: total && /^\d{1,15}$/.test(total) ? Number(total) : undefined };
}

function refusal(message: string | null): PamError {
  const words = message === null ? 'it says that it failed, and not why' : `it says ${quote(message, 300)}`;
  const [, advice] = OF_THE_TOKEN.find(([pattern]) => pattern.test(message ?? '')) ?? [];
  return advice ? new PamError(`${words}; ${advice}`) : new PamRefusal(words);
}
