import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRows } from '../../../src/sources/files/csv.js';
import { cut } from './cut.js';
import { outcomes, readAudits } from './read.js';

const HEADER = 'sourceId,occurredAt,category,operation,operatedBy,reason';
const NEVER_CLOSED = 'a quote opens in this row and is never closed: only this line is refused';
const row = (id: number, reason = '') => `${id},2026-11-22T08:30:00Z,RESOURCE,Password Retrieved,ann,${reason}`;

async function readCsv(...rows: (string | Buffer)[]) {
  const content = Buffer.concat([HEADER, ...rows].flatMap((part) => [Buffer.from(part), Buffer.from('\n')]));
  return outcomes((await readAudits('a.csv', content)).lines);
}

describe('a CSV file', () => {
  it('may have quoted commas, quotes and line feeds; a row is known by the line it begins on', async () => {
    const { lines } = await readAudits(
      'a.csv',
      `${HEADER}\r\n${row(1, '"one, ""two""\r\nthree"')}\r\n\r\n${row(2, 'four')}`,
    );
    expect(lines).toMatchObject([
      { line: 2, record: { sourceId: '1', reason: 'one, "two"\r\nthree' } },
      { line: 5, record: { sourceId: '2', reason: 'four' } },
    ]);
  });

  it('refuses a row with too few or too many cells, and that row only', async () => {
    expect(await readCsv(row(1), '2,a', `${row(3)},x`, row(4))).toEqual([
      [2, '1'],
      [3, '2 cells, but the header has 6'],
      [4, '7 cells, but the header has 6'],
      [5, '4'],
    ]);
  });

  it('refuses a quote that stands where none can, and that row only', async () => {
    const refused = 'a quote within a value: put the value in quotes and write the quote twice';
    expect(await readCsv(row(1), row(2, 'a "b" c'), row(3, '"a" b'), row(4))).toEqual([
      [2, '1'],
      [3, refused],
      [4, refused],
      [5, '4'],
    ]);
  });

  it('refuses a row whose quote is never closed, and reads on at the next line', async () => {
    expect(await readCsv(row(1), row(2, '"open'), row(3), row(4, '""'), row(5))).toEqual([
      [2, '1'],
      [3, NEVER_CLOSED],
      [4, '3'],
      [5, '4'],
      [6, '5'],
    ]);
  });

  it('refuses a row whose quote is never closed when the next quote belongs to another row', async () => {
    const quoted = (id: number) => row(id).replace('ann', '"ann"');
    expect(await readCsv(row(1), row(2, '"open'), quoted(3), quoted(4), row(5, '"also open'), quoted(6))).toEqual([
      [2, '1'],
      [3, NEVER_CLOSED],
      [4, '3'],
      [5, '4'],
      [6, NEVER_CLOSED],
      [7, '6'],
    ]);
  });

  it('loses no other row to a quote that is never closed in a file of many MiB', async () => {
    const many = Array.from({ length: 4_000 }, (_, i) => row(i + 3, 'x'.repeat(5_000)));
    const found = await readCsv(row(1), row(2, '"open'), ...many);
    expect(found.length).toBe(4_002);
    expect(found.filter(([, what]) => !/^\d+$/.test(String(what)))).toEqual([[3, NEVER_CLOSED]]);
  });

  it('says how many lines a refused row takes', async () => {
    expect(await readCsv(row(1), row(2, '"two\nlines",x'), row(3))).toEqual([
      [2, '1'],
      [3, '7 cells, but the header has 6; the row goes on to line 4'],
      [5, '3'],
    ]);
  });

  it('is given up when too much of it is within quotes that are never closed', async () => {
    const { lines, error } = await readAudits('a.csv', `${HEADER}\n${row(1)}\n${'x","y\n'.repeat(60_000)}`);
    expect(outcomes(lines)[0]).toEqual([2, '1']);
    expect(error?.message).toMatch(/^too many quotes are never closed, up to line \d+: /);
  });

  describe('with lines that end with CR LF', () => {
    const bad = {
      'that is not UTF-8': Buffer.from(row(2, 'J\u00fcrgen'), 'latin1'),
      'with a stray quote': row(2, 'a 5" disk'),
      'over 1 MiB': row(2, 'x'.repeat(1_100_000)),
      'with too few cells': '2,a',
      'whose quote is never closed': row(2, '"open'),
      'with a carriage return within it': row(2, 'a\rb'),
    };
    it.each(Object.entries(bad))('stores no carriage return beside a row %s', async (_, line) => {
      const parts = [HEADER, row(1, 'one'), line, row(3, '"three"'), row(4)];
      const content = Buffer.concat(parts.flatMap((part) => [Buffer.from(part), Buffer.from('\r\n')]));
      const { lines } = await readAudits('a.csv', content);
      expect(lines).toMatchObject([
        { line: 2, record: { sourceId: '1', reason: 'one' } },
        { line: 3, refused: expect.any(String) },
        { line: 4, record: { sourceId: '3', reason: 'three' } },
        { line: 5, record: { sourceId: '4', reason: null } },
      ]);
    });
  });

  it.each([
    ['CR', '\r'],
    ['CR CR LF', '\r\r\n'],
  ])('may have lines that end with %s', async (_, end) => {
    const { lines } = await readAudits('a.csv', [HEADER, row(1, '"one"'), '', row(2, 'two')].join(end));
    expect(lines).toMatchObject([
      { line: 2, record: { sourceId: '1', reason: 'one' } },
      { line: 4, record: { sourceId: '2', reason: 'two' } },
    ]);
  });

  it('refuses a row with a carriage return outside of quotes', async () => {
    expect(await readCsv(row(1), row(2, 'a\rb'), row(3, '"a\rb"'))).toEqual([
      [2, '1'],
      [3, 'a line end within a value: put the value in quotes'],
      [4, '3'],
    ]);
  });

  it('refuses a row that is not UTF-8, and that row only', async () => {
    expect(await readCsv(row(1), Buffer.from(row(2, 'J\u00fcrgen'), 'latin1'), row(3, 'J\u00fcrgen'))).toEqual([
      [2, '1'],
      [3, 'not UTF-8: save the file as UTF-8'],
      [4, '3'],
    ]);
  });

  it('refuses a row over 1 MiB, on one line or on many, and goes on', async () => {
    const lines = `"${'many lines\n'.repeat(200_000)}"`;
    expect(await readCsv(row(1), row(2, 'x'.repeat(3_000_000)), row(3), row(4, lines), row(5))).toEqual([
      [2, '1'],
      [3, 'longer than 1 MiB'],
      [4, '3'],
      [5, 'longer than 1 MiB; the row goes on to line 200005'],
      [200_006, '5'],
    ]);
  });

  it.each([
    [
      'sourceId,ocurredAt,category',
      'missing columns occurredAt, operation, operatedBy; unknown column "ocurredAt": known are sourceId, ',
    ],
    [`${HEADER},reason`, 'the column "reason" occurs twice'],
    [`${HEADER},"open`, 'the header of the CSV file: a quote opens in this row and is never closed'],
    [`${HEADER},a"b`, 'the header of the CSV file: a quote within a value'],
    [`${HEADER},`, 'column 7 has no name'],
  ])('with the header %s is refused before any row', async (header, message) => {
    const { lines, error } = await readAudits('a.csv', `${header}\n${row(1)}\n`);
    expect(lines).toEqual([]);
    expect(error?.message).toContain(message);
  });

  it('is read as it was written, however the bytes are cut into chunks', async () => {
    const cell = fc.array(fc.constantFrom('a', 'é', ' ', ',', '"', '\n', '\r\n'), { minLength: 1, maxLength: 6 });
    const table = fc.array(fc.tuple(cell, cell).map((cells) => cells.map((parts) => `x${parts.join('')}`)));
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 9 }), async (rows, size) => {
        const found: unknown[] = [];
        const bytes = Buffer.from(stringify([['a', 'b'], ...rows]));
        for await (const batch of csvRows(cut(bytes, size), () => {})) found.push(...batch);
        expect(found).toMatchObject(rows.map(([a, b]) => ({ value: { a, b } })));
      }),
    );
  });

  it('gives the same rows however the bytes are cut into chunks, whatever is wrong with them', async () => {
    const piece = fc.constantFrom('a', 'é', ' ', ',', '"', '""', '\n', '\r\n', '\r', ',"', '",', Buffer.from([0xff]));
    const rowsOf = async (bytes: Buffer, size: number) => {
      const found: unknown[] = [];
      for await (const batch of csvRows(cut(bytes, size), () => {})) found.push(...batch);
      return found;
    };
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), async (pieces, size) => {
        const bytes = Buffer.concat(['a,b\n', ...pieces].map((part) => Buffer.from(part)));
        const whole = await rowsOf(bytes, bytes.length);
        expect(await rowsOf(bytes, size)).toEqual(whole);
      }),
    );
  });

  it('never gives a value that ends with a carriage return, unless it is quoted', async () => {
    const piece = fc.constantFrom('a', 'é', ',', '\n', '\r\n', '\r', '"', Buffer.from([0xff]));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
        const bytes = Buffer.concat(['a,b\n', ...pieces].map((part) => Buffer.from(part)));
        for await (const batch of csvRows(cut(bytes, 64), () => {})) {
          for (const entry of batch) {
            const values = 'value' in entry ? Object.values(entry.value as Record<string, string>) : [];
            for (const value of values) if (!bytes.includes('"')) expect(value).not.toContain('\r');
          }
        }
      }),
    );
  });
});
