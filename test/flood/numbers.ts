import { median } from '../bench/numbers.js';

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/**
 * How far the medians of two halves of the same values lie apart by chance: the difference that 95 of 100 random halvings
 * stay below.
 */
export function noiseOf(values: readonly number[]): number {
  const differences = Array.from({ length: 2_000 }, () => {
    const mixed = values
      .map((value) => ({ value, at: Math.random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ value }) => value);
    const half = Math.floor(mixed.length / 2);
    return Math.abs(median(mixed.slice(0, half)) - median(mixed.slice(half)));
  });
  return quantile(differences, 0.95);
}

/** How often a value of `some` is greater than one of `others`, a tie counting half: 0.5 where nothing tells them apart. */
export function oftenGreater(some: readonly number[], others: readonly number[]): number {
  const points = some.flatMap((one) => others.map((other) => (one > other ? 1 : one === other ? 0.5 : 0) as number));
  return points.reduce((sum, point) => sum + point, 0) / points.length;
}
