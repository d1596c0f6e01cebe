import type { Logger } from 'pino';
import { networkOf } from '../lib/network.js';

/** Why a token was refused: it is not known here; it cannot be a token; or its address sent too many of these. */
export type TokenRefusal = 'unknown' | 'malformed' | 'too many';

/** Milliseconds in which an address has one line in the log. */
const LOGGED_EVERY = 60_000;

/** Addresses that have a line of their own in that time. */
const MAX_LINES = 100;

/** Logs refused tokens, without the token: a line for each address and minute, and one line for all addresses beyond a hundred. */
export class RefusedTokensLog {
  readonly #logged = new Set<string>();
  #since = performance.now();

  constructor(readonly log: Pick<Logger, 'warn'>) {}

  note(reason: TokenRefusal, ipAddress: string | null): void {
    if (performance.now() - this.#since >= LOGGED_EVERY) {
      this.#logged.clear();
      this.#since = performance.now();
    }
    const network = networkOf(ipAddress);
    if (this.#logged.has(network) || this.#logged.size > MAX_LINES) return;
    this.#logged.add(network);
    if (this.#logged.size > MAX_LINES) {
      this.log.warn(`tokens were refused from more than ${MAX_LINES} addresses within a minute`);
    } else {
      this.log.warn({ ip: ipAddress, reason }, 'a token was refused; further ones of this minute are only counted');
    }
  }
}
