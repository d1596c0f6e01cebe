/** Characters of the column. */
export const REASON_LENGTH = 16_000;

/**
 * A text as the column of reasons can hold it, which says so where something is missing: the rest of a text that is too
 * long, what a sender wrote beyond the longest message, or the end of a line whose connection broke.
 */
export function cutText(text: string, cut?: { readonly size: number; readonly isBroken: boolean }): string {
  if (!cut && text.length <= REASON_LENGTH) return text;
  const note = cut?.isBroken
    ? ` … [cut: the connection ended within this message, after ${cut.size} bytes]`
    : ` … [cut: the message had ${cut ? `${cut.size} bytes` : `${text.length} characters here`}]`;
  return `${wholeCharacters(text, REASON_LENGTH - note.length)}${note}`;
}

/** No half of a surrogate pair is left at the end. */
function wholeCharacters(text: string, length: number): string {
  const cut = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
