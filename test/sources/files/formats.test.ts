import { readFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { TimeZone } from '../../../src/lib/time-zone.js';
import { readImportFile } from '../../../src/sources/files/import-file.js';
import { anAudit, fileOf, outcomes, read, readAudits } from './read.js';

const SAMPLE = new URL('../../data/audits-cloudtrail.ndjson.gz', import.meta.url).pathname;
const TWO = [anAudit('1'), anAudit('2')];
const BOTH = [
  [1, '1'],
  [2, '2'],
];
const NDJSON = TWO.map((row) => JSON.stringify(row)).join('\n');
const COLUMNS = Object.keys(anAudit());
const CSV = [COLUMNS, ...TWO.map((row) => Object.values(row))].map((cells) => cells.join(',')).join('\n');

describe('the real sample', () => {
  it('has 2,900 records and none is refused', async () => {
    const { lines, error } = await read(Module.AUDITS, SAMPLE);
    expect(error).toBeUndefined();
    expect(lines.filter((entry) => 'record' in entry)).toHaveLength(2900);
    expect(lines).toHaveLength(2900);
  });

  it('is the same records as NDJSON, JSON and CSV, packed or not', async () => {
    const text = gunzipSync(await readFile(SAMPLE)).toString();
    const rows: Record<string, unknown>[] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const columns = Object.keys(rows[0]!);
    const cell = (value: unknown) => `"${String(value ?? '').replaceAll('"', '""')}"`;
    const csv = [columns, ...rows.map((row) => columns.map((name) => cell(row[name])))].join('\r\n');
    const records = (await read(Module.AUDITS, SAMPLE)).lines.map((entry) => 'record' in entry && entry.record);
    for (const [name, content] of [
      ['sample.ndjson', text],
      ['sample.json', JSON.stringify(rows, null, 2)],
      ['sample.csv', csv],
      ['sample.csv.gz', gzipSync(csv)],
    ] as const) {
      const { lines } = await readAudits(name, content);
      expect(lines.map((entry) => 'record' in entry && entry.record)).toEqual(records);
    }
  });
});

describe('the format', () => {
  it.each([
    ['a.ndjson', NDJSON],
    ['a.JSONL', NDJSON],
    ['a.json', JSON.stringify(TWO)],
    ['a.json.gz', gzipSync(JSON.stringify(TWO))],
    ['a.csv', CSV],
    ['a.csv.gz', CSV],
    ['a.csv', gzipSync(CSV)],
    ['audits.2026', NDJSON],
    ['audits', JSON.stringify(TWO, null, 2)],
    ['audits.txt', CSV],
    ['audits.txt', gzipSync(`\ufeff${NDJSON}`)],
  ])('of %s is found by name or content', async (name, content) => {
    expect(outcomes((await readAudits(name, content)).lines).map((entry) => entry[1])).toEqual(['1', '2']);
  });

  it('may be said, whatever the name is', async () => {
    expect(outcomes((await readAudits('a.json', NDJSON, { format: 'ndjson' })).lines)).toEqual(BOTH);
  });

  it('of one object over several lines is JSON', async () => {
    expect(outcomes((await readAudits('one', JSON.stringify(anAudit(), null, 2))).lines)).toEqual([[1, '1']]);
  });
});

describe('a file', () => {
  it.each(['ndjson', 'json', 'csv', 'txt'])('.%s that is empty has no rows', async (ending) => {
    for (const content of ['', '\ufeff', gzipSync('')]) {
      expect(await readAudits(`empty.${ending}`, content)).toEqual({ lines: [] });
    }
  });

  it('that does not exist, or is a folder, is named', async () => {
    expect((await read(Module.AUDITS, '/no/such.csv')).error?.message).toBe(
      'cannot read /no/such.csv: there is no such file',
    );
    expect((await read(Module.AUDITS, '/')).error?.message).toBe('cannot read /: it is a folder');
  });

  it.each([
    ['', Buffer.from(`\ufeff${CSV}`, 'utf16le')],
    [' of the other order', Buffer.from(`\ufeff${CSV}`, 'utf16le').swap16()],
    [' without a mark', Buffer.from(CSV, 'utf16le')],
    [' of the other order without a mark', Buffer.from(CSV, 'utf16le').swap16()],
  ])('in UTF-16%s is to be saved as UTF-8', async (_, bytes) => {
    const { error } = await readAudits('wide.csv', bytes);
    expect(error?.message).toBe('the file is UTF-16: save it as UTF-8');
  });

  it('of gzip that is cut gives its good rows first', async () => {
    const rows = Array.from(
      { length: 5000 },
      (_, i) => `${JSON.stringify({ ...anAudit(i), reason: String(Math.sin(i)) })}\n`,
    );
    const packed = gzipSync(rows.join(''));
    const { lines, error } = await readAudits('cut.ndjson.gz', packed.subarray(0, packed.length / 2));
    expect(error?.message).toBe('the file ends in the middle: gzip data is missing');
    expect(lines.length).toBeGreaterThan(2000);
    expect(lines.every((entry) => 'record' in entry)).toBe(true);
  });

  it('of gzip without its last byte is told from a whole one', async () => {
    const { lines, error } = await readAudits('cut.ndjson.gz', gzipSync(`${NDJSON}\n`).subarray(0, -1));
    expect(outcomes(lines)).toEqual(BOTH);
    expect(error?.message).toContain('ends in the middle');
  });

  it('of gzip that is damaged says so', async () => {
    const packed = gzipSync(`${NDJSON}\n`);
    packed[packed.length - 6]! ^= 1;
    expect((await readAudits('bad.gz', packed)).error?.message).toBe('the gzip data is damaged: incorrect data check');
  });

  it('of several gzip members is one file', async () => {
    const packed = Buffer.concat(TWO.map((row) => gzipSync(`${JSON.stringify(row)}\n`)));
    expect(outcomes((await readAudits('members.ndjson.gz', packed)).lines)).toEqual(BOTH);
  });

  it('may be left in the middle', async () => {
    const path = await fileOf('many.ndjson.gz', gzipSync(`${NDJSON}\n`.repeat(20_000)));
    const entries = readImportFile(Module.AUDITS, path, { zone: new TimeZone('UTC') });
    expect((await entries.next()).value).toMatchObject({ line: 1 });
    await entries.return(undefined);
    expect(await entries.next()).toEqual({ done: true, value: undefined });
  });
});
