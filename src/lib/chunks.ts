/** Cuts a list into lists of at most `size`. */
export function chunks<T>(list: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < list.length; start += size) parts.push(list.slice(start, start + size));
  return parts;
}

/** Cuts a list into lists whose weights are at most `most` together, or that have one item. */
export function chunksByWeight<T>(list: readonly T[], most: number, weightOf: (item: T) => number): T[][] {
  const parts: T[][] = [];
  let weight = Number.POSITIVE_INFINITY;
  for (const item of list) {
    const own = weightOf(item);
    weight += own;
    if (weight <= most) parts.at(-1)!.push(item);
    else {
      parts.push([item]);
      weight = own;
    }
  }
  return parts;
}
