const QUOTE = 0x22;
const COMMA = 0x2c;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/**
 * How a line of CSV leaves the quotes: none is open; one is open, so that the row goes on at the next line; or one closed
 * before the end of its value, so that the row is wrong.
 */
export type QuoteState = 'closed' | 'open' | 'broken';

/** Follows the quotes of a line, given whether it begins within quotes. A quote opens only at the beginning of a value. */
export function followQuotes(bytes: Buffer, isOpen: boolean): QuoteState {
  if (!isOpen && bytes.indexOf(QUOTE) < 0) return 'closed';
  const end = contentEnd(bytes);
  let quoted = isOpen;
  let mayOpen = !isOpen;
  for (let at = 0; at < end; at++) {
    const byte = bytes[at]!;
    if (byte !== QUOTE) {
      if (!quoted) mayOpen = byte === COMMA;
    } else if (!quoted) {
      quoted = mayOpen;
      mayOpen = false;
    } else if (bytes[at + 1] === QUOTE) {
      // A doubled quote stands for one.
      at += 1;
    } else if (at + 1 < end && bytes[at + 1] !== COMMA) {
      return 'broken';
    } else quoted = false;
  }
  return quoted ? 'open' : 'closed';
}

/** Where a line ends without the carriage returns of its line end. */
export function contentEnd(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === CARRIAGE_RETURN) end -= 1;
  return end;
}

/** Whether a whole row has a carriage return or line feed outside of quotes. */
export function hasStrayLineEnd(bytes: Buffer): boolean {
  if (bytes.indexOf(CARRIAGE_RETURN) < 0 && bytes.indexOf(LINE_FEED) < 0) return false;
  let quoted = false;
  for (const byte of bytes) {
    if (byte === QUOTE) quoted = !quoted;
    else if (!quoted && (byte === CARRIAGE_RETURN || byte === LINE_FEED)) return true;
  }
  return false;
}
