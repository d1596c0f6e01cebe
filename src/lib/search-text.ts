/** The text that a case-insensitive search looks through: the parts in lower case, apart from each other. */
export function searchText(...parts: (string | null | undefined)[]): string {
  return parts
    .filter(Boolean)
    .map((part) => part!.toLowerCase())
    .join('\n');
}
