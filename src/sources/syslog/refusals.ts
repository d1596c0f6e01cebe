import { LRUCache } from 'lru-cache';
import { networkOf } from '../../lib/network.js';
import type { Log } from './log.js';

/** Why a listener refuses a sender or closes its connection, and what the log says about it. */
const EXPLANATIONS = {
  not_allowed: 'its address is not in SYSLOG_ALLOW',
  octet_count:
    'the octet count of a message is wrong, so the connection was closed: let the sender count the bytes of each message, or end each with a line feed and count none',
  tls: 'it speaks TLS, and this listener takes plain syslog: send to a tls:// listener, or turn TLS off in the sender',
  http: 'it speaks HTTP: only syslog is taken here',
  other_protocol: 'it speaks another protocol than syslog',
  binary: 'it sends binary data instead of syslog messages',
  plain_text:
    'it sends plain text, and this listener takes TLS: send to a tcp:// listener, or turn TLS on in the sender',
  certificate: 'it shows no certificate of the authorities in SYSLOG_CLIENT_CA_FILE',
  handshake: 'it did not complete a TLS handshake',
  gave_way: 'too many connections are open, so the one of it that was idle for the longest time was closed',
} as const;

export type Reason = keyof typeof EXPLANATIONS;

export const REASONS = Object.keys(EXPLANATIONS) as Reason[];

/** Milliseconds until the same reason is logged again for the same sender. */
const LOGGED_AGAIN = 3_600_000;

/** Pairs of sender and reason that are remembered. */
const MAX_REMEMBERED = 1_000;

/** Lines in a minute, so that senders with ever new addresses cannot fill the log. */
const LINES_A_MINUTE = 30;
const MINUTE = 60_000;

/** Counts what a listener refuses, by reason, and logs each reason once an hour for each sender. */
export class Refusals {
  readonly #logged = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: LOGGED_AGAIN });
  #minuteBegan = Number.NEGATIVE_INFINITY;
  #linesInMinute = 0;

  constructor(
    /** The address of the listener, for the log. */
    readonly listener: string,
    readonly counts: Record<Reason, number>,
    readonly log: Log,
  ) {}

  add(reason: Reason, sender: string): void {
    this.counts[reason]++;
    const key = `${reason} ${networkOf(sender)}`;
    if (this.#logged.has(key) || !this.#mayLog()) return;
    this.#logged.set(key, true);
    this.log.warn({ sender, reason }, `${this.listener} refused ${sender}: ${EXPLANATIONS[reason]}`);
  }

  #mayLog(): boolean {
    const now = performance.now();
    if (now - this.#minuteBegan >= MINUTE) {
      this.#minuteBegan = now;
      this.#linesInMinute = 0;
    }
    this.#linesInMinute++;
    if (this.#linesInMinute === LINES_A_MINUTE) {
      this.log.warn(
        { refusals: this.counts },
        `${this.listener} refused more senders than are named here: pam_gateway_syslog_refusals_total counts them`,
      );
    }
    return this.#linesInMinute < LINES_A_MINUTE;
  }
}

export function noRefusals(): Record<Reason, number> {
  return Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<Reason, number>;
}
