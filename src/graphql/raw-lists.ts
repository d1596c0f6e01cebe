import { randomUUID } from 'node:crypto';
import { Attached } from './attached.js';
import type { Context } from './context.js';

/** Stands in the text of an answer where a list is put in. Nobody outside can write it. */
const PLACE = randomUUID();
const QUOTED_PLACE = JSON.stringify(PLACE);

/** The lists of the answer that is being written, in their order: writing is done in one go. */
let lists: string[] = [];

/** A list whose JSON is there already. */
export class RawList {
  constructor(readonly json: string) {}

  toJSON(): string {
    lists.push(this.json);
    return PLACE;
  }
}

const attached = new Attached<Map<readonly string[], RawList>>();

/** Puts the JSON of its items in the place of a list of the answer, which the resolver left empty. */
export function putRawList(context: Context, path: readonly string[], items: readonly string[]): void {
  let raw = attached.get(context);
  if (!raw) {
    raw = new Map();
    attached.set(context, raw);
  }
  raw.set(path, new RawList(`[${items.join(',')}]`));
}

/** Exchanges the empty lists of an answer for those that were put in their places; where a field has failed there is none. */
export function insertRawLists(context: Context, data: Record<string, unknown> | null | undefined): void {
  for (const [path, list] of attached.get(context) ?? []) {
    const holder = path.slice(0, -1).reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], data);
    if (holder) (holder as Record<string, unknown>)[path.at(-1)!] = list;
  }
}

/** As JSON.stringify, for an answer that may have raw lists. */
export function stringifyAnswer(answer: unknown): string {
  lists = [];
  const text = JSON.stringify(answer);
  if (lists.length === 0) return text;
  const parts = text.split(QUOTED_PLACE).map((part, at) => part + (lists[at] ?? ''));
  lists = [];
  return parts.join('');
}
