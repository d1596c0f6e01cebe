/** A record as the PAM product writes it. */
export type UpstreamRow = Readonly<Record<string, unknown>>;

/** How the product writes that there is nothing. (github.com/tristanlatr/pypmp; the audits that a live server sent) */
const NOTHING: ReadonlySet<string> = new Set(['', '-', 'N/A']);

/** The text that a row says under the first of `keys` that says anything; null where none does. */
export function fieldText(row: UpstreamRow, ...keys: readonly string[]): string | null {
  for (const key of keys) {
    const text = textOf(Object.hasOwn(row, key) ? row[key] : undefined);
    if (text !== null) return text;
  }
  return null;
}

/** As `fieldText`, for an id: without spaces around it. */
export function fieldId(row: UpstreamRow, key: string): string | null {
  return fieldText(row, key)?.trim() ?? null;
}

/** A text that every database can hold, or null for what means nothing. Every value is a text; others are taken as one. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string' || NOTHING.has(value.trim())) return null;
  return value.replaceAll('\0', '\ufffd').toWellFormed();
}

/**
 * The rows of a list. A single row may come without a list around it. The product writes an empty list as "", too: items
 * that mean nothing are no rows.
 */
export function rowsOf(list: unknown): UpstreamRow[] {
  return (Array.isArray(list) ? list : [list]).filter((item) => !isNothing(item)).map(rowOf);
}

/** Whether a value means nothing: it is missing, null, or a text like "" or "N/A". */
export function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && NOTHING.has(value.trim()));
}

export function rowOf(value: unknown): UpstreamRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as UpstreamRow) : {};
}
