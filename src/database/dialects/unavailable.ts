import { AppError } from '../../lib/app-error.js';

/** Seconds after which it is worth another try. */
const RETRY_AFTER = 2;

/** A refusal of what may succeed later, with what it came from. */
export class Unavailable extends AppError {
  constructor(
    message: string,
    override readonly cause?: unknown,
  ) {
    super('UNAVAILABLE', message, RETRY_AFTER);
  }
}

/** A refusal that lasts until an administrator does what its message says. */
export class NeedsHelp extends Unavailable {}
