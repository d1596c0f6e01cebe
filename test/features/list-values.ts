import fc from 'fast-check';
import type { ListQuery, ListSpec, Row } from './list-spec.js';

/** Few texts, so that they tie, and such as are easily taken for one another. */
export const text = fc.constantFrom(
  'alpha',
  'Alpha',
  'alpha ',
  'álpha',
  '50%',
  '5_0',
  'a!b',
  'Straße',
  'ÄÖ',
  '\uff5e',
  '😀',
);

/** Few times, so that they tie, a millisecond apart. */
export const time = fc.integer({ min: 0, max: 9 }).map((n) => `2026-03-01T00:00:00.00${n}Z`);

export const orNull = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { nil: null });

/** A query as numbers, which become values once it is known what rows there are. */
export interface Choice {
  readonly picks: Readonly<Record<string, readonly number[] | null>>;
  readonly search: string | null;
  readonly range: { readonly from?: string; readonly to?: string } | null;
  readonly dateField: string;
  readonly order: string;
  readonly direction: 'ASC' | 'DESC';
  readonly size: number;
}

export function choice(spec: ListSpec): fc.Arbitrary<Choice> {
  const pick = fc.option(fc.array(fc.nat(12), { minLength: 1, maxLength: 4 }), { nil: null, freq: 2 });
  const names = Object.keys(spec.filters);
  return fc.record({
    picks: fc
      .subarray(names, { maxLength: 2 })
      .chain((some) => fc.record(Object.fromEntries(some.map((name) => [name, pick])))),
    search:
      spec.searched.length > 0
        ? orNull(fc.constantFrom('', 'A', 'ALPHA', '%', '_', '!', 'ß', 'ä', 'a ', '😀', 'no'))
        : fc.constant(null),
    range: orNull(
      fc
        .tuple(time, time)
        .chain(([a, b]) =>
          fc.record({ from: fc.constant(a < b ? a : b), to: fc.constant(a < b ? b : a) }, { requiredKeys: [] }),
        ),
    ),
    dateField: fc.constantFrom(...Object.keys(spec.dates)),
    order: fc.constantFrom(...Object.keys(spec.orders)),
    direction: fc.constantFrom('ASC' as const, 'DESC' as const),
    size: fc.integer({ min: 1, max: 7 }),
  });
}

/** The query that a choice means among these rows. */
export function queryOf(spec: ListSpec, rows: readonly Row[], { picks, search, range, ...rest }: Choice): ListQuery {
  const lists = Object.entries(picks).map(([name, picked]) => {
    const values = valuesOf(spec, rows, name);
    return [name, picked && values.length > 0 ? picked.map((n) => values[n % values.length]) : picked && []];
  });
  const filter = { ...Object.fromEntries(lists), ...(search !== null && { search }) };
  return { ...rest, ...(Object.keys(filter).length > 0 && { filter }), ...(range && { range }) };
}

/** The values that a filter can look for. */
export function valuesOf(spec: ListSpec, rows: readonly Row[], filter: string): unknown[] {
  const values = rows.flatMap((row) => row[spec.filters[filter]!] as unknown);
  return [...new Set(values)].filter((value) => value !== null);
}
