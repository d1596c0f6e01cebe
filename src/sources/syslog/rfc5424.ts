import type { TimeZone } from '../../lib/time-zone.js';
import type { Envelope } from './envelope.js';
import { lineTime } from './line-time.js';

const HEADER = /^1 ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) (?=[-[])/;
const NIL = '-';
const BYTE_ORDER_MARK = '\uFEFF';

/** One element: its name, and its values in which `"`, `\` and `]` are escaped. Real senders leave `]` as it is. */
const ELEMENT = /\[([^\s=\]"]+)((?: +[^\s=\]"]+="(?:[^"\\]|\\[\s\S])*")*) *\]/y;
const SEQUENCE_ID = / sequenceId="(\d+)"/;

/**
 * Reads what follows the priority by RFC 5424; undefined if it is no such message. Its time is read as loosely as that of
 * RFC 3164: with +0100, with a comma before the fraction, or without an offset in `zone`.
 */
export function readRfc5424(text: string, facility: number, zone: TimeZone, receivedAt: number): Envelope | undefined {
  const header = HEADER.exec(text);
  if (!header) return undefined;
  const [all, time, host, app] = header;
  const { end, sequenceId } = readStructuredData(text, all.length);
  const message = text.slice(text[end] === ' ' ? end + 1 : end);
  return {
    facility,
    time: time === NIL ? null : lineTime(time!, zone, receivedAt),
    host: unlessNil(host!),
    app: unlessNil(app!),
    sequenceId,
    content: message.startsWith(BYTE_ORDER_MARK) ? message.slice(1) : message,
  };
}

/** Where the structured data end, and the number of the message if they have one. Data that are damaged are content. */
function readStructuredData(text: string, start: number): { end: number; sequenceId: string | null } {
  if (text[start] === NIL) return { end: start + 1, sequenceId: null };
  let end = start;
  let sequenceId: string | null = null;
  while (text[end] === '[') {
    ELEMENT.lastIndex = end;
    const element = ELEMENT.exec(text);
    if (!element) break;
    if (element[1] === 'meta') sequenceId = SEQUENCE_ID.exec(element[2]!)?.[1] ?? null;
    end = ELEMENT.lastIndex;
  }
  return { end, sequenceId };
}

function unlessNil(text: string): string | null {
  return text === NIL ? null : text;
}
