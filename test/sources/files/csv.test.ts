import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRows } from '../../../src/sources/files/csv.js';
import { cut } from './cut.js';
import { outcomes, readAudits } from './read.js';

const HEADER = 'sourceId,occurredAt,category,operation,operatedBy,reason';
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
      [3, '2 cells, where the header has 6'],
      [4, '7 cells, where the header has 6'],
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

  it('refuses a row whose quote is never closed', async () => {
    expect(await readCsv(row(1), row(2, '"open'), row(3))).toEqual([
      [2, '1'],
      [3, 'a quote opens in this row and is never closed'],
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
      [5, 'longer than 1 MiB'],
      [200_006, '5'],
    ]);
  });

  it.each([
    [
      'sourceId,ocurredAt,category',
      'missing columns occurredAt, operation, operatedBy; unknown column "ocurredAt": known are sourceId, ',
    ],
    [`${HEADER},reason`, 'column "reason" stands there twice'],
    [`${HEADER},`, 'column 7 has no name'],
    [HEADER.replaceAll(',', ';'), 'cells are separated by commas'],
  ])('with the header %s is refused before any row', async (header, message) => {
    const { lines, fault } = await readAudits('a.csv', `${header}\n${row(1)}\n`);
    expect(lines).toEqual([]);
    expect(fault?.message).toContain(message);
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
});
