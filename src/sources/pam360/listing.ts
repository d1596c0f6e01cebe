import type { UpstreamRow } from './field-values.js';
import { PamError } from './pam-error.js';

/** What an API gives of a list that begins at some row. */
export interface Page {
  readonly rows: readonly UpstreamRow[];
  /** How many rows the whole list has, where it says so. */
  readonly total: number | undefined;
}

/** Rows count from 1. The API may give fewer than are asked for. */
export type ReadPage = (start: number, limit: number) => Promise<Page>;

/** What one reading of a list, page by page, has found. */
export interface Listing {
  readonly ids: ReadonlySet<string>;
  /** The list was read to its end, and no row that was there all the time was passed over. */
  readonly isWhole: boolean;
  /** Besides, the list said at each page that it has exactly the rows that were read. */
  readonly isProven: boolean;
  readonly saysTotal: boolean;
}

/** Gets the rows of each page, and where it begins; true where all that follow are known already. */
export type TakePage = (rows: readonly UpstreamRow[], start: number) => Promise<boolean>;

const PAGE = 500;

/** Rows of the page before that each page begins with, so that one that moved is seen. */
const OVERLAP = 20;

/** No list has so many rows. */
const FAR = 100_000_000;

const READINGS = 5;

/**
 * Reads a list by pages until a reading is good enough; the last one, if none is. Rows may come and go meanwhile, and then
 * a page is not where the one before it ended: so each begins with rows of the one before, and where it does not, rows were
 * passed over, and the list is read from its beginning again. Rows are taken more than once.
 */
export async function readList(
  readPage: ReadPage,
  idOf: (row: UpstreamRow) => string,
  take: TakePage,
  isEnough: (listing: Listing) => boolean = ({ isWhole }) => isWhole,
): Promise<Listing> {
  for (let reading = 1; ; reading++) {
    const listing = await readOnce(readPage, idOf, take);
    if (isEnough(listing) || reading === READINGS) return listing;
  }
}

/** Reads a list into memory, until it proves to be whole; where it does not, all rows that were seen. */
export async function listRows(
  readPage: ReadPage,
  idOf: (row: UpstreamRow) => string,
): Promise<{ listing: Listing; rows: readonly UpstreamRow[] }> {
  const seen = new Map<string, UpstreamRow>();
  const take = async (rows: readonly UpstreamRow[]): Promise<boolean> => {
    for (const row of rows) seen.set(idOf(row), row);
    return false;
  };
  const listing = await readList(
    readPage,
    idOf,
    take,
    ({ isWhole, isProven, saysTotal }) => isProven || (isWhole && !saysTotal),
  );
  const rows = [...seen].flatMap(([id, row]) => (!listing.isWhole || listing.ids.has(id) ? [row] : []));
  return { listing, rows };
}

async function readOnce(readPage: ReadPage, idOf: (row: UpstreamRow) => string, take: TakePage): Promise<Listing> {
  const ids = new Set<string>();
  const totals: (number | undefined)[] = [];
  let before: readonly string[] = [];
  let last: string | undefined;
  let longest = 0;
  for (let start = 1; ; ) {
    const { rows, total } = await readPage(start, PAGE);
    const keys = rows.map(idOf);
    const overlap = overlapAfter(before.length);
    if (keys.length > 0 || start === 1) totals.push(total);
    // The page was to begin with rows that were read; only behind one or two rows may there be nothing where rows count from 0.
    if (keys.length === 0) return ended(ids, totals, overlap < 2);
    const isLost = start > 2 * (ids.size + PAGE);
    if (isLost || (start > 1 && !ids.has(keys[0]!))) return ended(ids, totals, false);
    // Nothing is behind the last row where the page has fewer than others, or where the server knows no pages: it gives the
    // same rows again, wherever they shall begin.
    if (keys.at(-1) === last && keys.every((key) => ids.has(key))) {
      if (keys.length < longest) return ended(ids, totals, true);
      if (keys.join('\n') === before.join('\n')) {
        // One row more is asked for: a server that gives it gives as many as it is asked for, and may have more.
        return ended(ids, totals, (await readPage(start + FAR, PAGE + 1)).rows.length === keys.length);
      }
    }
    if (!ids.has(keys.at(-1)!)) last = keys.at(-1);
    for (const key of keys) ids.add(key);
    if (start === 1 && total === 1 && keys.length === 1) {
      await take(rows, start);
      return ended(ids, totals, true);
    }
    if (await take(rows, start)) return { ids, isWhole: true, isProven: false, saysTotal: false };
    before = keys;
    longest = Math.max(longest, keys.length);
    start += keys.length - overlapAfter(keys.length);
  }
}

/** Two rows at least, where a page has three: a list that counts from 0 begins a row later than it was asked for. */
function overlapAfter(rows: number): number {
  return Math.max(0, Math.min(OVERLAP, Math.max(Math.floor(rows / 2), Math.min(2, rows - 1))));
}

/** Rows that came after the reading began may be missed, since they are there for the next one; no others. */
function ended(ids: ReadonlySet<string>, totals: readonly (number | undefined)[], isAtEnd: boolean): Listing {
  const said = totals.filter((total) => total !== undefined);
  const least = Math.min(said[0] ?? 0, said.at(-1) ?? 0);
  return {
    ids,
    saysTotal: said.length > 0,
    isWhole: isAtEnd && ids.size >= least,
    isProven: isAtEnd && totals.every((total) => total === ids.size),
  };
}

/** What is said of a list that was not read whole. */
export function changedMeanwhile(what: string, { ids }: Listing): PamError {
  return new PamError(
    `${what}: read ${READINGS} times, and each time the list changed meanwhile or had fewer rows than it said; ${ids.size} were read at last, and the next pull reads again`,
    true,
  );
}
