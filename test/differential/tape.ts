import fc from 'fast-check';

/**
 * Numbers from which an operation is written, one choice after another. At its end, and where fast-check has shrunk it to
 * zeros, every choice is the first: the simplest one.
 */
export class Tape {
  #at = 0;

  constructor(readonly numbers: readonly number[]) {}

  /** From 0 to `bound` - 1; `bound` is at most 256. */
  next(bound: number): number {
    return (this.numbers[this.#at++] ?? 0) % bound;
  }

  /** True once in so many times. */
  once(times: number): boolean {
    return this.next(times) === times - 1;
  }

  one<T>(values: readonly T[]): T {
    return values[this.next(values.length)]!;
  }

  /** At most so many, the same one perhaps twice. */
  some<T>(values: readonly T[], most: number): T[] {
    return Array.from({ length: this.next(most + 1) }, () => this.one(values));
  }
}

export const tape = fc
  .array(fc.noBias(fc.nat(255)), { minLength: 10, maxLength: 300, size: 'max' })
  .map((numbers) => new Tape(numbers));
