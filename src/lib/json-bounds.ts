/** What a JSON text may hold. */
export interface JsonBounds {
  /** Lists and objects within each other, the outermost included. */
  readonly depth: number;
  /** Values within lists and objects. */
  readonly values: number;
  /** Objects. */
  readonly objects: number;
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
  /** Whether the previous token opened a list or an object, which may be empty. */
  let opened = false;
  for (let at = 0; at < length; at++) {
    const byte = json[at]!;
    if (byte <= SPACE) continue;
    if (opened && byte !== CLOSE_LIST && byte !== CLOSE_OBJECT && ++values > bounds.values) return 'values';
    opened = false;
    if (byte === QUOTE) {
      at++;
      for (; at < length && json[at] !== QUOTE; at++) if (json[at] === BACKSLASH) at++;
    } else if (byte === COMMA) {
      if (++values > bounds.values) return 'values';
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > bounds.depth) return 'depth';
      if (byte === OPEN_OBJECT && ++objects > bounds.objects) return 'objects';
      opened = true;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      depth--;
    }
  }
  return undefined;
}
