import type { ListQuery, ListSpec, Row } from './list-spec.js';

/** What a list must give: a plain filter and a plain sort of all rows. */
export function expectedRows(spec: ListSpec, rows: readonly Row[], query: ListQuery): Row[] {
  const kept = rows.filter((row) => passes(spec, row, query) && isWithin(spec, row, query));
  const property = spec.orders[query.order]!;
  const sign = query.direction === 'ASC' ? 1 : -1;
  return kept.sort(
    (a, b) => sign * (compare(a[property] as string | null, b[property] as string | null) || +a.id - +b.id),
  );
}

function passes({ filters, searched }: ListSpec, row: Row, { filter = {} }: ListQuery): boolean {
  return Object.entries(filter).every(([name, wanted]) => {
    if (wanted === null) return true;
    if (typeof wanted === 'string') {
      return searched.some((field) => lower(row[field]).includes(wanted.toLowerCase()));
    }
    return [row[filters[name]!]].flat().some((value) => value !== null && wanted.includes(value));
  });
}

function isWithin({ dates }: ListSpec, row: Row, { range = {}, dateField = 'MODIFIED_AT' }: ListQuery): boolean {
  if (!range.from && !range.to) return true;
  const time = row[dates[dateField] ?? 'occurredAt'] as string | null;
  return time !== null && (!range.from || time >= range.from) && (!range.to || time < range.to);
}

/** Null comes first; texts in the order of their code points. */
function compare(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function lower(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}
