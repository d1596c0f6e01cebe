/**
 * The text that a case-insensitive search looks through: the parts in lower case, apart from each other, and cut to what
 * its column holds, in UTF-16 units.
 */
export function searchText(limit: number, ...parts: (string | null | undefined)[]): string {
  const text = parts.filter(Boolean).join('\n').toLowerCase();
  return text.length <= limit ? text : text.slice(0, limit).toWellFormed();
}
