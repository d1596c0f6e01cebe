const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const WARM_UP = 15;
const TWO_32 = 4_294_967_296;

/**
 * Pseudo-random numbers by sfc32, Chris Doty-Humphrey's Small Fast Counting generator (PractRand,
 * https://pracrand.sourceforge.net/RNG_engines.txt). 32-bit integers only, so that a seed gives the same numbers on
 * every machine. Each `stream` of a seed is a sequence of its own: more draws from one shift no other.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number, stream: string) {
    this.a = hash(stream);
    this.b = seed | 0;
    this.c = Math.floor(seed / TWO_32) | 0;
    for (let i = 0; i < WARM_UP; i++) this.uint32();
  }

  /** An integer from 0 to 2^32 - 1. */
  uint32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    return this.uint32() / TWO_32;
  }

  /** An integer in [0, bound). */
  int(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** An integer in [least, most]. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)]!;
  }

  /** `count` different elements, or all of them where there are fewer. */
  sample<T>(list: readonly T[], count: number): T[] {
    const pool = [...list];
    const size = Math.min(count, pool.length);
    for (let i = 0; i < size; i++) {
      const j = i + this.int(pool.length - i);
      const chosen = pool[j]!;
      pool[j] = pool[i]!;
      pool[i] = chosen;
    }
    pool.length = size;
    return pool;
  }
}

/** Scatters an integer over 32 bits: the finalizer of MurmurHash3 (Austin Appleby, public domain). */
export function scatter(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** FNV-1a over the text's code units. */
function hash(text: string): number {
  let h = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), FNV_PRIME);
  return h | 0;
}
