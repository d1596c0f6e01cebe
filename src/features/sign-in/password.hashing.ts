import { randomBytes } from 'node:crypto';
import { type Algorithm, hash, verify } from '@node-rs/argon2';
import { AppError } from '../../lib/app-error.js';
import { Turns } from '../../lib/turns.js';

/** `memoryCost` is in KiB. OWASP, Password Storage Cheat Sheet, "Argon2id": 19 MiB, 2 iterations, 1 degree of parallelism. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** `Algorithm` is a const enum of the package's types, which a file that is compiled alone cannot read. */
const ARGON2ID = 2 as Algorithm.Argon2id;

/** Two of the four threads that file access and name resolution of the whole process share. */
const turns = new Turns({
  atOnce: 2,
  waiting: 64,
  waitingOfOne: 8,
  full: () => new AppError('UNAVAILABLE', 'too many sign-ins are being worked on: try again in a few seconds'),
});

/** What is verified where nobody has a password: no password matches it, and it costs what a real one costs. */
const NOBODYS_HASH = [
  '$argon2id$v=19',
  `m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}`,
  unpaddedBase64(16),
  unpaddedBase64(32),
].join('$');

/** The hash of a password in its PHC form; `from` is who asks, so that nobody alone takes all turns. */
export function hashPassword(from: string, password: string): Promise<string> {
  return turns.run(from, () => hash(password, { ...PARAMETERS, algorithm: ARGON2ID }));
}

/**
 * Whether a password has this hash; null is the hash of nobody, with which it takes as long.
 * @throws AppError UNAVAILABLE where too many wait already
 */
export function matchesHash(from: string, stored: string | null, password: string): Promise<boolean> {
  return turns.run(from, () => verify(stored ?? NOBODYS_HASH, password));
}

function unpaddedBase64(bytes: number): string {
  return randomBytes(bytes).toString('base64').replace(/=+$/, '');
}
