/** A text in quotation marks for a message: control characters escaped, cut to `limit` characters with an ellipsis. */
export function quote(text: string, limit = 40): string {
  const start = Array.from(text.slice(0, 2 * limit + 2));
  const cut = start.length > limit ? `${start.slice(0, limit).join('')}…` : text;
  return JSON.stringify(cut);
}
