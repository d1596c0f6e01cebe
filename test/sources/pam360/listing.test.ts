import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listRows, type ReadPage, readList } from '../../../src/sources/pam360/listing.js';

const idOf = (row: Readonly<Record<string, unknown>>): string => String(row.id);
const more = async (): Promise<boolean> => false;

interface Listed {
  /** The rows that a page has at most. */
  readonly cap: number;
  /** What the first row is called. */
  readonly base?: 0 | 1;
  readonly saysTotal?: boolean;
  readonly before?: (call: number) => void;
}

/** A list of a server, that may change before each call. */
function pagesOf(list: string[], { cap, base = 1, saysTotal = true, before }: Listed): ReadPage {
  let call = 0;
  return async (start, limit) => {
    before?.(call++);
    const from = start === 1 ? 0 : start - base;
    const rows = list.slice(from, from + Math.min(cap, limit)).map((id) => ({ id }));
    return { rows, total: saysTotal ? list.length : undefined };
  };
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `row ${index}`);

describe('a list that stands still', () => {
  const shape = fc.record({
    count: fc.nat(60),
    cap: fc.integer({ min: 3, max: 70 }),
    base: fc.constantFrom(0 as const, 1 as const),
    saysTotal: fc.boolean(),
  });

  test('is read whole at once, however few rows a page has, and whether rows count from 0 or from 1', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async ({ count, cap, base, saysTotal }) => {
        let pages = 0;
        const list = numbers(count);
        const readPage = pagesOf(list, { cap, base, saysTotal, before: () => (pages += 1) });
        const listing = await readList(readPage, idOf, more);
        expect([...listing.ids]).toEqual(list);
        expect(listing).toMatchObject({ isWhole: true, isProven: saysTotal, saysTotal });
        expect(pages).toBeLessThanOrEqual(2 + count);
      }),
    );
  });

  test('is read whole where the server knows no pages', async () => {
    const list = numbers(700);
    const listing = await readList(async () => ({ rows: list.map((id) => ({ id })), total: 700 }), idOf, more);
    expect([listing.ids.size, listing.isProven]).toEqual([700, true]);
  });

  test('is not whole where the server knows no pages, and gives as many rows as it is asked for', async () => {
    const list = numbers(1_000);
    const readPage: ReadPage = async (_, limit) => {
      const rows = list.slice(0, limit).map((id) => ({ id }));
      return { rows, total: rows.length };
    };
    expect(await readList(readPage, idOf, more)).toMatchObject({ isWhole: false, isProven: false });
  });

  test('proves nothing where it says more rows than it gives, and is read several times', async () => {
    let readings = 0;
    const readPage: ReadPage = async (start) => {
      if (start === 1) readings += 1;
      return { rows: start === 1 ? [{ id: 'a' }] : [], total: 2 };
    };
    const { listing } = await listRows(readPage, idOf);
    expect(listing).toMatchObject({ isWhole: false, isProven: false });
    expect(readings).toBe(5);
  });
});

describe('a list that changes while it is read', () => {
  const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), inserts: fc.boolean() });
  const fixture = fc.record({
    stays: fc.integer({ min: 0, max: 40 }),
    comesAndGoes: fc.integer({ min: 0, max: 20 }),
    cap: fc.integer({ min: 3, max: 12 }),
    changes: fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 40 }),
    saysTotal: fc.boolean(),
  });

  test('loses no row that was there all the time, where it is said to be whole', async () => {
    await fc.assert(
      fc.asyncProperty(fixture, async ({ stays, comesAndGoes, cap, changes, saysTotal }) => {
        const staying = numbers(stays);
        const list = [...staying];
        let guests = 0;
        const insert = (at: number) => list.splice(Math.floor(at * (list.length + 1)), 0, `guest ${guests++}`);
        const remove = (at: number) => {
          const present = list.filter((id) => id.startsWith('guest'));
          const gone = present[Math.floor(at * present.length)];
          if (gone !== undefined) list.splice(list.indexOf(gone), 1);
        };
        for (let guest = 0; guest < comesAndGoes; guest++) insert((guest * 0.618) % 1);
        const before = (call: number): void => {
          for (const { at, inserts } of changes[call] ?? []) inserts ? insert(at) : remove(at);
        };
        const listing = await readList(pagesOf(list, { cap, saysTotal, before }), idOf, more);
        if (listing.isWhole) expect(staying.filter((id) => !listing.ids.has(id))).toEqual([]);
        if (listing.isProven) expect(listing.isWhole).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is read again where a page shrank, and whole then', async () => {
    const list = numbers(1_200);
    const readPage = pagesOf(list, {
      cap: 500,
      before: (call) => {
        if (call === 1) list.splice(0, 300);
      },
    });
    const { listing, rows } = await listRows(readPage, idOf);
    expect(listing.isProven).toBe(true);
    expect(rows.map(idOf)).toEqual(list);
  });

  test('hands on at once what is newest first and known', async () => {
    const taken: string[] = [];
    const listing = await readList(pagesOf(numbers(2_000), { cap: 500 }), idOf, async (rows) => {
      taken.push(...rows.map(idOf));
      return true;
    });
    expect(taken).toHaveLength(500);
    expect(listing).toMatchObject({ isWhole: true, isProven: false });
  });
});
