const SPACE = 0x20;
const LESS_THAN = 0x3c;
const ZERO = 0x30;

/** The fewest and most octets that a sender can mean: a priority, and more than any real message has. */
const MIN_OCTETS = 3;
const MAX_OCTETS = 1024 * 1024;

/** Real senders cut their messages here: a longer one is not taken for what is meant while its end is not there. */
const USUAL_OCTETS = 8 * 1024;

/** A number with more digits is text. */
const MAX_DIGITS = 20;

/** Bytes that show how a message is framed, even if its count is damaged. */
export const MAX_BEGINNING_LENGTH = MAX_DIGITS + 6;

const SWITCH_OF_FRAMING = /^(?:\S{0,20} )?<\d{1,3}>/;

/** How a message begins. */
export interface Beginning {
  /** The count; NaN if it is wrong in itself: zero, with leading zeros or far too large. Undefined without a count. */
  readonly octets: number | undefined;
  /** Where the message itself begins. */
  readonly at: number;
}

/** Reads how the message at `at` is framed: by a count if it begins like '123 <4'. Undefined if more bytes have to be seen. */
export function readBeginning(data: Buffer, at: number): Beginning | undefined {
  let octets = 0;
  let next = at;
  while (next < data.length && next - at < MAX_DIGITS && isDigit(data[next]!)) {
    octets = octets * 10 + data[next++]! - ZERO;
  }
  const withoutCount = { octets: undefined, at };
  if (next === at) return withoutCount;
  if (next === data.length) return undefined;
  if (data[next++] !== SPACE) return withoutCount;
  if (next === data.length) return undefined;
  if (data[next] !== LESS_THAN) return withoutCount;
  if (next + 1 === data.length) return undefined;
  if (!isDigit(data[next + 1]!)) return withoutCount;
  const isCount = data[at] !== ZERO && octets >= MIN_OCTETS && octets <= MAX_OCTETS;
  return { octets: isCount ? octets : Number.NaN, at: next };
}

/** Whether a message begins with a wrong count or none, so that the one before it was counted rightly. */
export function isSwitchOfFraming(next: Buffer): boolean {
  return SWITCH_OF_FRAMING.test(next.toString('latin1', 0, MAX_BEGINNING_LENGTH));
}

/** Digits at the end of a message, which its own count may have taken from the next one. */
const LAST_DIGITS = /(\d{1,7}) ?$/;

/**
 * Whether digits at the border of a message and `next`, which begins with its count, may belong to the other side: if some of them
 * are moved, `next` is as long as its count says, as far as it is there.
 */
export function mayShareDigits(message: Buffer, next: Buffer): boolean {
  const [, first = ''] = /^(\d{0,20}) ?</.exec(next.toString('latin1', 0, MAX_BEGINNING_LENGTH)) ?? [];
  const [, last = ''] = LAST_DIGITS.exec(message.toString('latin1', message.length - 8)) ?? [];
  const body = next.indexOf(LESS_THAN);
  if (body < 0) return false;
  const lost = Array.from({ length: Math.max(0, first.length - 1) }, (_, n) => first.slice(n + 1));
  const taken = Array.from(last, (_, n) => last.slice(n) + first);
  return [...lost, ...taken].some((count) => fits(next, body, count));
}

/** Whether a count may be that of the message that begins at `body`: another one begins behind it, or nothing is there yet. */
function fits(data: Buffer, body: number, count: string): boolean {
  const octets = Number(count);
  if (count.startsWith('0') || octets < MIN_OCTETS || octets > MAX_OCTETS) return false;
  let end = body + octets;
  if (end >= data.length) return octets <= USUAL_OCTETS;
  while (end < data.length && (data[end] === 0x0a || data[end] === 0x0d || data[end] === 0)) end++;
  const beginning = readBeginning(data, end);
  return !beginning || (beginning.octets !== undefined && !Number.isNaN(beginning.octets));
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}
