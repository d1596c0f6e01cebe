import { noRefusals, type Reason } from './refusals.js';

/**
 * What a listener has seen since the program started. Each line that was received is stored, unchanged, refused, in
 * conflict or dropped in the end; until then it waits.
 */
export interface Counts {
  /** Lines that came, blank ones not counted. */
  received: number;
  stored: number;
  /** Known already: they came again. */
  unchanged: number;
  /** From a sender that is not allowed, not syslog, or not to be stored whatever was tried. */
  refused: number;
  /** Another audit is stored under their id. */
  conflict: number;
  /** Datagrams that came while too much waited to be stored. */
  dropped: number;
  /** Lines of which a part is missing: too long, or their connection ended within them. */
  cut: number;
  /** Lines that wait to be stored. */
  waiting: number;
  /** Open connections. */
  connections: number;
  /** Connections that were closed since the sender is not allowed, or sends something else than syslog. */
  refusedConnections: number;
  /** Senders and connections that were refused or closed, by reason. */
  readonly refusals: Record<Reason, number>;
}

export function noCounts(): Counts {
  return {
    received: 0,
    stored: 0,
    unchanged: 0,
    refused: 0,
    conflict: 0,
    dropped: 0,
    cut: 0,
    waiting: 0,
    connections: 0,
    refusedConnections: 0,
    refusals: noRefusals(),
  };
}
