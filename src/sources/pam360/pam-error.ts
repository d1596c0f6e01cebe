/** Why the PAM product could not be read, in words for its operator. No token stands in it. */
export class PamError extends Error {
  override readonly name: string = 'PamError';

  constructor(
    message: string,
    /** Whether it may pass by itself. */
    readonly mayPass = false,
    /** Milliseconds that the server asked to wait, where it did. */
    readonly retryAfter?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The product understood what was asked and refused it: this one thing, but perhaps not others. */
export class PamRefusal extends PamError {
  override readonly name = 'PamRefusal';
}
