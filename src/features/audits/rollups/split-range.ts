import type { DateRange } from '../../../graphql/pages/page-arguments.js';
import { beginningOf, bucketFrom, bucketOf, Width } from './buckets.js';

/** Counts of one width, from a bucket on and before another one; undefined where there is no end. */
export interface Stretch {
  readonly width: Width;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** A range, as counts can tell it and as they cannot. */
export interface SplitRange {
  /** A stretch, and what it holds; undefined where no count lies in the range as a whole. */
  readonly rolledUp: { readonly stretch: Stretch; readonly whole: DateRange } | undefined;
  /** What is left of the range at its two ends. */
  readonly edges: readonly DateRange[];
}

/** Covers a range by counts of the one of the given widths that leaves the least of it. */
export function splitRange(range: DateRange | null | undefined, widths: ReadonlySet<Width>): SplitRange {
  const [from, to] = [range?.from ?? undefined, range?.to ?? undefined];
  if (from === undefined && to === undefined && widths.has(Width.EVER)) {
    return { rolledUp: { stretch: { width: Width.EVER, from, to }, whole: {} }, edges: [] };
  }
  const finest = widths.has(Width.QUARTER) ? Width.QUARTER : Width.DAY;
  const first = from === undefined ? undefined : up(bucketFrom(from), finest);
  const end = to === undefined ? undefined : down(bucketOf(to), finest);
  if (isEmpty(first, end)) return { rolledUp: undefined, edges: [{ from: from!, to: to! }] };
  const whole: DateRange = {
    ...(first !== undefined && { from: beginningOf(first) }),
    ...(end !== undefined && { to: beginningOf(end) }),
  };
  const edges = [
    ...(from !== undefined && from < whole.from! ? [{ from, to: whole.from! }] : []),
    ...(to !== undefined && whole.to! < to ? [{ from: whole.to!, to }] : []),
  ];
  return { rolledUp: { stretch: { width: finest, from: first, to: end }, whole }, edges };
}

function isEmpty(from: number | undefined, to: number | undefined): boolean {
  return from !== undefined && to !== undefined && from >= to;
}

function up(bucket: number, width: Width): number {
  return Math.ceil(bucket / width) * width;
}

function down(bucket: number, width: Width): number {
  return Math.floor(bucket / width) * width;
}
