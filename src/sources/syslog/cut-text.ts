/** Characters of the column. */
export const REASON_LENGTH = 16_000;

/** What is missing of a message. */
export interface Cut {
  /** Bytes that came. */
  readonly size: number;
  /** Whether its connection ended within it. */
  readonly isBroken: boolean;
  /** Whether its octet count is wrong. */
  readonly isMiscounted?: boolean | undefined;
}

/**
 * A text as the column of reasons can hold it, which says so where something is missing: the rest of a text that is too
 * long, what a sender wrote beyond the longest message, or the end of a line whose connection broke.
 */
export function cutText(text: string, cut?: Cut): string {
  if (!cut && text.length <= REASON_LENGTH) return text;
  const note = ` … [cut: ${whyCut(text, cut)}]`;
  return `${wholeCharacters(text, REASON_LENGTH - note.length)}${note}`;
}

function whyCut(text: string, cut: Cut | undefined): string {
  if (cut?.isBroken) return `the connection ended within this message, after ${cut.size} bytes`;
  if (cut?.isMiscounted) return 'the octet count of this message is wrong';
  return `the message had ${cut ? `${cut.size} bytes` : `${text.length} characters here`}`;
}

/** No half of a surrogate pair is left at the end. */
function wholeCharacters(text: string, length: number): string {
  const cut = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
