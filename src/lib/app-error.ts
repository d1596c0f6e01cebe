/** The codes that a caller may rely on; they stand in `extensions.code` of a GraphQL error and in `userErrors`. */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'BAD_CURSOR'
  | 'RESYNC_REQUIRED'
  | 'CURSOR_EXPIRED'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'TOO_MANY_RECORDS'
  | 'VARIABLES_TOO_LARGE'
  | 'TOO_MANY_ATTEMPTS'
  | 'RATE_LIMITED'
  | 'TOO_MANY_STREAMS'
  | 'UNAVAILABLE';

/** A refusal whose message the caller may read. Every other error is masked at the door. */
export class AppError extends Error {
  override readonly name = 'AppError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Seconds to wait, where that helps. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}
