import { isUtf8 } from 'node:buffer';
import type { Reason } from './refusals.js';

/** What is sent instead of syslog. */
export type OtherProtocol = Extract<Reason, 'tls' | 'http' | 'other_protocol' | 'binary'>;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const NUL = 0x00;

/** The content type of a TLS handshake, and the first bytes of the versions of TLS and DTLS. */
const HANDSHAKE = 0x16;
const VERSIONS = new Set([0x03, 0xfe]);

/** Bytes of the first line that are looked through for control characters. */
const LOOKED_THROUGH = 64;

/** A NUL before this position is part of a binary header; behind it, it ends a message. */
const FIRST_NUL = 4;

/** Bytes in which the first line of HTTP is expected to end. */
const MAX_REQUEST_LINE_LENGTH = 2_048;

const SYSLOG = /^(?:\d{1,20} )?<\d{1,3}>/;
const PRIORITY = /^<\d{1,3}>/;
const HTTP_BEGINNING = /^(?:GET|HEAD|POST) \//;
const REQUEST_LINE = /^[\w!#$%&'*+.^`|~-]{1,32} \S+ (HTTP|RTSP|SIP|ICAP)\/\d(?:\.\d)?$/;
const MAY_BE_REQUEST_LINE = /^\S{1,32} \S*(?: \S{0,9})?$/;
const OTHER_PROTOCOL = /^SSH-\d/;

/**
 * Says what a stream or datagram is by its first bytes: syslog, or something else. 'undecided' if more bytes have to be
 * seen, never if `isWhole`. However a stream is cut into chunks, the answer is the same.
 */
export function detectProtocol(bytes: Buffer, isWhole = false): 'syslog' | 'undecided' | OtherProtocol {
  let start = 0;
  while (bytes[start] === LINE_FEED || bytes[start] === CARRIAGE_RETURN) start++;
  const content = bytes.subarray(start, start + MAX_REQUEST_LINE_LENGTH);
  if (content.length === 0) return isWhole ? 'syslog' : 'undecided';
  const text = content.toString('latin1');
  if (SYSLOG.test(text)) return 'syslog';
  if (content[0] === HANDSHAKE) {
    if (content.length > 1) return VERSIONS.has(content[1]!) ? 'tls' : 'binary';
    return isWhole ? 'binary' : 'undecided';
  }
  const end = endOfLine(content);
  const length = end < 0 ? content.length : end;
  for (let at = 0; at < Math.min(length, LOOKED_THROUGH); at++) if (isControl(content[at]!)) return 'binary';
  if (end < 0 && length < LOOKED_THROUGH && !isWhole) return 'undecided';
  const line = text.slice(0, length).trimEnd();
  if (HTTP_BEGINNING.test(line)) return 'http';
  if (OTHER_PROTOCOL.test(line)) return 'other_protocol';
  if (end < 0 && !isWhole && content.length < MAX_REQUEST_LINE_LENGTH && MAY_BE_REQUEST_LINE.test(line))
    return 'undecided';
  const protocol = REQUEST_LINE.exec(line)?.[1];
  if (protocol === undefined) return 'syslog';
  return protocol === 'HTTP' ? 'http' : 'other_protocol';
}

/** Whether a message is binary data. One with a priority is syslog, whatever it contains. */
export function isBinary(bytes: Buffer): boolean {
  if (PRIORITY.test(bytes.toString('latin1', 0, 5))) return false;
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === NUL) end--;
  let controls = 0;
  for (let at = 0; at < end; at++) if (isControl(bytes[at]!)) controls++;
  return controls > 0 && (controls * 8 >= end || !isUtf8(bytes.subarray(0, end)));
}

/** Where the first line ends; -1 if it does not. */
function endOfLine(content: Buffer): number {
  const lineFeed = content.indexOf(LINE_FEED);
  const nul = content.indexOf(NUL, FIRST_NUL);
  return lineFeed < 0 || (nul >= 0 && nul < lineFeed) ? nul : lineFeed;
}

/** Whether text does not contain the byte: tabs, line breaks, form feeds and escapes are in the text of real senders. */
function isControl(byte: number): boolean {
  return byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b) || byte === 0x7f;
}
