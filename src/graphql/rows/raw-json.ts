import { randomUUID } from 'node:crypto';
import { Attached } from '../attached.js';
import type { Context } from '../context.js';

/** Stands in the text of an answer where a list is put in. Nobody outside can write it. */
const PLACE = randomUUID();
const QUOTED_PLACE = new RegExp(`"${PLACE}(\\d+)"`);

/** The lists of an answer whose JSON is there already. */
export class RawJson {
  readonly #paths: (readonly string[])[] = [];
  readonly #lists: (readonly Buffer[])[] = [];

  /** Puts the JSON of its items, in parts, in the place of a list of the answer, which the resolver left empty. */
  put(path: readonly string[], items: readonly Buffer[]): void {
    this.#paths.push(path);
    this.#lists.push(items);
  }

  /** Marks the places of the lists in an answer; where a field has failed there is none. */
  mark(data: Record<string, unknown> | null | undefined): void {
    this.#paths.forEach((path, at) => {
      const holder = path.slice(0, -1).reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], data);
      if (holder) (holder as Record<string, unknown>)[path.at(-1)!] = `${PLACE}${at}`;
    });
  }

  /** The text of an answer with its lists in their places. */
  insertInto(text: string): string | Buffer {
    if (this.#lists.length === 0) return text;
    // The numbers of the lists stand between what is around them.
    const parts = text.split(QUOTED_PLACE);
    return Buffer.concat(
      parts.flatMap((part, at) =>
        at % 2 === 0 ? [Buffer.from(part)] : [OPENED, ...this.#lists[Number(part)]!, CLOSED],
      ),
    );
  }
}

const OPENED = Buffer.from('[');
const CLOSED = Buffer.from(']');

const attached = new Attached<RawJson>();

export function attachRawJson(context: Context): RawJson {
  const lists = new RawJson();
  attached.set(context, lists);
  return lists;
}

/** Of the answer that is made with a context; undefined where who asks takes no bytes. */
export function rawJsonOf(context: Context): RawJson | undefined {
  return attached.get(context);
}
