/** What a JSON text may hold. */
export interface JsonBounds {
  /** Lists and objects within each other, the outermost included. */
  readonly depth: number;
  /** Values within lists and objects. */
  readonly values: number;
  /** Objects. */
  readonly objects: number;
  /** Members of one object: an object of very many takes long to build. */
  readonly members: number;
}

/** A bound that a JSON text exceeds. */
export type ExceededBound = keyof JsonBounds;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;

/**
 * Finds the first bound that a JSON text in UTF-8 exceeds, without parsing it and without recursion. It stops there. A text
 * that is not valid JSON gets some answer; no parser reads further into it than this count does.
 */
export function exceededBound(json: Uint8Array, bounds: JsonBounds): ExceededBound | undefined {
  const { length } = json;
  let depth = 0;
  let values = 0;
  let objects = 0;
  /** The members of each object that is open, by its depth; of a list, minus infinity. */
  const members = [0];
  /** Whether the previous token opened a list or an object, which may be empty. */
  let opened = false;
  for (let at = 0; at < length; at++) {
    const byte = json[at]!;
    if (byte <= SPACE) continue;
    if (byte === COMMA || (opened && byte !== CLOSE_LIST && byte !== CLOSE_OBJECT)) {
      if (++values > bounds.values) return 'values';
      if (++members[depth]! > bounds.members) return 'members';
    }
    opened = false;
    if (byte === QUOTE) {
      at++;
      for (; at < length && json[at] !== QUOTE; at++) if (json[at] === BACKSLASH) at++;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > bounds.depth) return 'depth';
      if (byte === OPEN_OBJECT && ++objects > bounds.objects) return 'objects';
      members[depth] = byte === OPEN_OBJECT ? 0 : Number.NEGATIVE_INFINITY;
      opened = true;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      depth = Math.max(0, depth - 1);
    }
  }
  return undefined;
}
