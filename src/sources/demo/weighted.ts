import type { Random } from './random.js';

/**
 * Draws from a list by weight in constant time: the alias method (A. J. Walker 1977), its table built as in
 * M. D. Vose, "A linear algorithm for generating random numbers with a given distribution" (1991).
 */
export class Weighted<T> {
  /** The sum of the weights. */
  readonly total: number;
  private readonly threshold: Float64Array;
  private readonly alias: Uint32Array;

  /** `weights` are not negative, one for each value. */
  constructor(
    private readonly values: readonly T[],
    weights: readonly number[],
  ) {
    const size = values.length;
    this.total = weights.reduce((sum, weight) => sum + weight, 0);
    this.threshold = new Float64Array(size).fill(1);
    this.alias = new Uint32Array(size);
    const scaled = weights.map((weight) => (weight * size) / this.total);
    const small: number[] = [];
    const large: number[] = [];
    scaled.forEach((weight, i) => {
      (weight < 1 ? small : large).push(i);
    });
    while (small.length > 0 && large.length > 0) {
      const less = small.pop()!;
      const more = large.pop()!;
      this.threshold[less] = scaled[less]!;
      this.alias[less] = more;
      scaled[more] = scaled[more]! - (1 - scaled[less]!);
      (scaled[more]! < 1 ? small : large).push(more);
    }
  }

  /** The list must not be empty. */
  draw(random: Random): T {
    const i = random.int(this.values.length);
    return this.values[random.next() < this.threshold[i]! ? i : this.alias[i]!]!;
  }
}

/** A table written as [value, weight] pairs. */
export function weighted<T>(pairs: readonly (readonly [T, number])[]): Weighted<T> {
  return new Weighted(
    pairs.map(([value]) => value),
    pairs.map(([, weight]) => weight),
  );
}
