import type { TimeZone } from '../../lib/time-zone.js';
import { readRfc3164 } from './rfc3164.js';
import { readRfc5424 } from './rfc5424.js';

/** What stands around a message; null what the sender left out. */
export interface Envelope {
  readonly facility: number | null;
  /** UTC, as audits have it. */
  readonly time: string | null;
  readonly host: string | null;
  readonly app: string | null;
  /** The number that the sender gave the message (RFC 5424, section 7.3.1). */
  readonly sequenceId: string | null;
  /** What follows the host: behind it may stand a tag, which some senders leave out. */
  readonly content: string;
}

const PRIORITY = /^<(\d{1,3})>/;
const HIGHEST_PRIORITY = 191;

/** Reads what a sender put around a message: RFC 5424, or RFC 3164 as loosely as real senders write it, or nothing. */
export function readEnvelope(text: string, zone: TimeZone, receivedAt: number): Envelope {
  const [tag = '', digits] = PRIORITY.exec(text) ?? [];
  const priority = Number(digits);
  if (tag === '' || priority > HIGHEST_PRIORITY) return readRfc3164(text, null, zone, receivedAt);
  const rest = text.slice(tag.length);
  const facility = priority >> 3;
  return readRfc5424(rest, facility) ?? readRfc3164(rest.trimStart(), facility, zone, receivedAt);
}
