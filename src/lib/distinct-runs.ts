/** Cuts a list into the longest runs in which no key stands twice, so that a later one finds the earlier ones done. */
export function distinctRuns<T>(list: readonly T[], keyOf: (item: T) => string): T[][] {
  const runs: T[][] = [];
  let keys = new Set<string>();
  for (const item of list) {
    const key = keyOf(item);
    if (runs.length === 0 || keys.has(key)) {
      runs.push([]);
      keys = new Set();
    }
    keys.add(key);
    runs.at(-1)!.push(item);
  }
  return runs;
}
