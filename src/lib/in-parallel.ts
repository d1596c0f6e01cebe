/**
 * Runs `work` on the items of an iterable, at most `most` at once, and takes the next item only when there is room, so
 * that no more than that is ever held. After a failure no further item is worked on; whatever failed, the items
 * themselves included, it rejects when the work that runs has ended.
 */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const item of items) {
      if (failures.length > 0) break;
      const task = work(item)
        .catch((error) => void failures.push(error))
        .finally(() => running.delete(task));
      running.add(task);
      if (running.size >= most) await Promise.race(running);
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
}
