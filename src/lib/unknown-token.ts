import { AppError } from './app-error.js';

/** The database does not know a token. */
export class UnknownToken extends AppError {
  constructor(kind: 'auth token' | 'ingest token') {
    super('UNAUTHENTICATED', `the ${kind} is not known here: it may be one of another gateway`);
  }
}
