import DataLoader from 'dataloader';
import { releasedInSlices } from '../../lib/event-loop.js';
import { requestTakesLong } from '../client.js';
import type { Context } from '../context.js';

const loaders = new WeakMap<Context, Map<string, DataLoader<unknown, unknown>>>();

/** Keys are loaded together once nothing else of the request can run: what is released in slices asks for them bit by bit. */
const OPTIONS = { maxBatchSize: 10_000, batchScheduleFn: (load: () => void) => void setImmediate(load) };

/** The request's loader of this name; made at first use. One name is one kind of child with one set of columns. */
export function loaderOf<K, V>(
  context: Context,
  name: string,
  loadAll: (keys: readonly K[]) => Promise<V[]>,
): DataLoader<K, V> {
  let named = loaders.get(context);
  if (!named) {
    named = new Map();
    loaders.set(context, named);
  }
  let loader = named.get(name) as DataLoader<K, V> | undefined;
  if (!loader) {
    loader = new DataLoader<K, V>(async (keys) => inSlices(context, await loadAll(keys)), OPTIONS);
    named.set(name, loader as DataLoader<unknown, unknown>);
  }
  return loader;
}

/**
 * Makes promises of the items of a long list, so that graphql-js, which awaits them, completes them in slices. Their type is that of
 * the items, as resolvers declare it.
 */
export function inSlices<Item>(context: Context, items: readonly Item[]): Item[] {
  return releasedInSlices(items, () => requestTakesLong(context)) as Item[];
}

/** Rows in the order of keys: the row of each key, or null. */
export function oneForEach<K, Row>(keys: readonly K[], rows: readonly Row[], keyOf: (row: Row) => K): (Row | null)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Rows in the order of keys: all rows of each key. */
export function allForEach<K, Row>(keys: readonly K[], rows: readonly Row[], keyOf: (row: Row) => K): Row[][] {
  const byKey = new Map<K, Row[]>(keys.map((key) => [key, []]));
  for (const row of rows) byKey.get(keyOf(row))?.push(row);
  return keys.map((key) => byKey.get(key)!);
}
