import type { TimeZone } from '../../lib/time-zone.js';
import type { Envelope } from './envelope.js';
import { readRfc3164 } from './rfc3164.js';
import { readRfc5424 } from './rfc5424.js';

const PRIORITY = /^<(\d{1,3})>/;
const MAX_PRIORITY = 191;

/** Reads what a sender put around a message: RFC 5424, or RFC 3164 as loosely as real senders write it, or nothing. */
export function readEnvelope(text: string, zone: TimeZone, receivedAt: number): Envelope {
  const [tag = '', digits] = PRIORITY.exec(text) ?? [];
  const priority = Number(digits);
  if (tag === '' || priority > MAX_PRIORITY) return readRfc3164(text, null, zone, receivedAt);
  const rest = text.slice(tag.length);
  const facility = priority >> 3;
  return readRfc5424(rest, facility, zone, receivedAt) ?? readRfc3164(rest.trimStart(), facility, zone, receivedAt);
}
