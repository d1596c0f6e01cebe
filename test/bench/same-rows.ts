/**
 * Checks that two peers gave the same rows. A peer may write ids as numbers, times as the database does, and more besides.
 * @throws Error that says where they differ
 */
export function mustBeSame(expected: unknown, actual: unknown, where: string): void {
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) throw differ(where, expected, actual);
    if (Array.isArray(expected) && expected.length !== (actual as unknown[]).length) {
      throw new Error(`${where}: one has ${expected.length} rows, the other ${(actual as unknown[]).length}`);
    }
    for (const [key, value] of Object.entries(expected)) {
      mustBeSame(value, (actual as Record<string, unknown>)[key], `${where}.${key}`);
    }
  } else if (normal(expected) !== normal(actual)) {
    throw differ(where, expected, actual);
  }
}

function differ(where: string, expected: unknown, actual: unknown): Error {
  return new Error(`${where}: one says ${JSON.stringify(expected)}, the other ${JSON.stringify(actual)}`);
}

function normal(value: unknown): string {
  if (typeof value === 'boolean') return String(Number(value));
  return String(value).replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})$/, '$1T$2Z');
}
