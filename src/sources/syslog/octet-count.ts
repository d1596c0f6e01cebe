const SPACE = 0x20;
const LESS_THAN = 0x3c;
const ZERO = 0x30;

/** The fewest and most octets that a sender can mean: a priority, and more than any real message has. */
const FEWEST_OCTETS = 3;
const MOST_OCTETS = 1024 * 1024;

/** A number with more digits is text. */
const MOST_DIGITS = 20;

/** Bytes that show how a message is framed, even if its count is damaged. */
export const LONGEST_BEGINNING = MOST_DIGITS + 6;

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
  while (next < data.length && next - at < MOST_DIGITS && isDigit(data[next]!)) {
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
  const isCount = data[at] !== ZERO && octets >= FEWEST_OCTETS && octets <= MOST_OCTETS;
  return { octets: isCount ? octets : Number.NaN, at: next };
}

/** Whether a message begins at `at` with a wrong count or none, so that the one before it was counted rightly. */
export function isSwitchOfFraming(data: Buffer, at: number): boolean {
  return SWITCH_OF_FRAMING.test(data.toString('latin1', at, at + LONGEST_BEGINNING));
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}
