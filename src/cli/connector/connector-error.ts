/** What a gateway, or the way to it, may have said of a fault, as far as the connector acts on it. */
export interface ErrorDetails {
  /** `extensions.code` of the gateway's first error. */
  code?: string;
  /** The same request may succeed in a while. */
  transient?: boolean;
  /** How long the gateway asked to be left alone, in milliseconds. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** A fault that ends a run, in words for whoever started it. What was written stays good: a later run goes on from it. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly code: string | null;
  readonly transient: boolean;
  readonly retryAfterMs: number | null;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = details.code ?? null;
    this.transient = details.transient ?? false;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}
