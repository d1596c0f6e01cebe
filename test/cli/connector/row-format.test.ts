import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Column } from '../../../src/cli/connector/modules.js';
import { RecordSplitter } from '../../../src/cli/connector/record-splitter.js';
import { rowFormat } from '../../../src/cli/connector/row-format.js';

const columns: Column[] = [{ name: 'id' }, { name: 'text' }, { name: 'nested', cell: 'json' }];
const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ';', '\\', '😀', '\u2028', '{', ' ') });
const rows = fc.array(fc.record({ id: text.filter(Boolean), text: fc.option(text), nested: fc.array(text) }));

describe.each(['ndjson', 'csv'] as const)('%s', (name) => {
  const format = rowFormat(name);

  test('is cut into its rows wherever the parts of the text end', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.nat(40)), (rows, cuts) => {
        const whole = format.text(columns, rows);
        const splitter = new RecordSplitter(format);
        const records: string[] = [];
        let at = 0;
        for (const length of [...cuts, whole.length]) {
          records.push(...splitter.push(whole.slice(at, at + length)));
          at += length;
        }
        expect(splitter.isWhole).toBe(true);
        expect(records.map((record) => record + format.end).join('')).toBe(whole);
        expect(records.map(format.idOf)).toEqual(rows.map(({ id }) => id));
      }),
    );
  });

  test('is not whole before its last row is', () => {
    const whole = format.text(columns, [{ id: '1', text: 'a\nb', nested: [] }]);
    for (let length = 1; length < whole.length; length++) {
      const splitter = new RecordSplitter(format);
      splitter.push(whole.slice(0, length));
      expect(splitter.isWhole).toBe(false);
    }
  });
});

test('CSV is read by others as it was written', () => {
  fc.assert(
    fc.property(rows, (rows) => {
      const read = parse(rowFormat('csv').text(columns, rows), { record_delimiter: '\r\n' });
      expect(read).toEqual(rows.map(({ id, text, nested }) => [id, text ?? '', JSON.stringify(nested)]));
    }),
  );
});

test('CSV disarms formulas only where that is asked for, and JSON never', () => {
  const texts = ['=1', '+1', '-1', '@A', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠A'];
  const rows = [...texts, '1=1', ' a', "'="].map((text, n) => ({ id: String(n), text, nested: [] }));
  const read = (safe: boolean) =>
    parse(rowFormat('csv', safe).text(columns, rows), { record_delimiter: '\r\n' }).map(([, text]: string[]) => text);
  expect(read(false)).toEqual(rows.map(({ text }) => text));
  expect(read(true)).toEqual(rows.map(({ text }) => (texts.includes(text) ? `'${text}` : text)));
  expect(rowFormat('ndjson', true).text(columns, rows)).toBe(rowFormat('ndjson').text(columns, rows));
});
