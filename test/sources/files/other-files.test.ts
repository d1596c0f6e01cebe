import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { anAudit, outcomes, readAudits } from './read.js';

const TWO = [anAudit('1'), anAudit('2')];
const NDJSON = TWO.map((row) => JSON.stringify(row)).join('\n');
const COLUMNS = Object.keys(anAudit());
const CSV = [COLUMNS, ...TWO.map((row) => Object.values(row))].map((cells) => cells.join(',')).join('\n');

const bytes = (hex: string, rest = '\0'.repeat(600)) => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from(rest)]);

/** A ZIP archive of one file, as far as its beginning. */
function zip(name: string, content: string | Buffer): Buffer {
  const packed = deflateRawSync(content);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(packed.length, 18);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, Buffer.from(name), packed]);
}

function tar(name: string, content: string): Buffer {
  const head = Buffer.alloc(512);
  head.write(name);
  head.write('ustar', 257);
  return Buffer.concat([head, Buffer.from(content.padEnd(512, '\0'))]);
}

/** The one fault of a file of which no row is read. */
async function errorOf(name: string, content: string | Buffer, options?: Parameters<typeof readAudits>[2]) {
  const { lines, error } = await readAudits(name, content, options);
  expect(lines).toEqual([]);
  return error?.message;
}

describe('a file of another format is named as what it is, once, with what to do:', () => {
  it.each([
    [
      'ZIP',
      zip('a.csv', CSV),
      /^the file is a ZIP archive or an Excel workbook \(\.xlsx\): unpack it, or save the work/,
    ],
    ['an empty ZIP', bytes('504b0506'), /^the file is a ZIP archive/],
    [
      'xls',
      bytes('d0cf11e0a1b11ae1'),
      /^the file is an old or encrypted Excel workbook \(\.xls\): save it as CSV UTF-8$/,
    ],
    ['xz', bytes('fd377a585a00'), /^the file is xz data: unpack it with xz -d, or pack it as gzip$/],
    ['bzip2', bytes('425a6839314159265359'), /^the file is bzip2 data: unpack it/],
    ['Zstandard', bytes('28b52ffd'), /^the file is Zstandard data: unpack it/],
    ['7z', bytes('377abcaf271c'), /^the file is a 7z archive: unpack it/],
    ['rar', bytes('526172211a0700'), /^the file is a RAR archive: unpack it/],
    ['lz4', bytes('04224d18'), /^the file is LZ4 data: unpack it/],
    ['compress', bytes('1f9d90'), /^the file is compress data \(\.Z\): unpack it/],
    ['tar', tar('a.csv', CSV), /^the file is a tar archive: unpack it/],
    ['PDF', '%PDF-1.7\n%....', /^the file is a PDF document: export the records as CSV/],
    ['XML', `<?xml version="1.0"?>\n<audits/>`, /^the file is XML or HTML: export the records as CSV/],
    ['XML with a mark', `\ufeff\n <audits>`, /^the file is XML or HTML/],
    ['HTML', '<!DOCTYPE html><html></html>', /^the file is XML or HTML/],
    ['RTF', '{\\rtf1\\ansi hello}', /^the file is an RTF document/],
    ['SQLite', Buffer.from('SQLite format 3\0'.padEnd(600, '\0')), /^the file is an SQLite database/],
    ['Parquet', bytes('50415231'), /^the file is a Parquet file/],
    ['UTF-16', Buffer.from(`\ufeff${CSV}`, 'utf16le'), /^the file is UTF-16: save it as UTF-8$/],
    [
      'UTF-32',
      Buffer.from(Array.from(CSV, (letter) => [letter.charCodeAt(0), 0, 0, 0]).flat()),
      /^the file is UTF-32: save it/,
    ],
    [
      'an image',
      bytes('89504e470d0a1a0a0000000d'),
      /^the file is not text, but binary data: export the records as CSV/,
    ],
    ['zeros', Buffer.alloc(4_096), /^the file is not text, but binary data/],
    ['a key', '-----BEGIN PGP MESSAGE-----\n\nabc', /^the file is encrypted \(PGP\): decrypt it/],
  ])('%s', async (_, content, message) => {
    for (const name of ['a.csv', 'a.ndjson', 'a.json', 'a']) expect(await errorOf(name, content)).toMatch(message);
  });

  it.each([
    ['a ZIP archive', zip('a.csv', CSV), /^the file within the gzip is a ZIP archive or an Excel workbook/],
    ['a tar archive', tar('a.csv', CSV), /^the file within the gzip is a tar archive: unpack it/],
    ['gzip again', gzipSync(CSV), /^the file within the gzip is gzip data again: unpack it once/],
    ['UTF-16', Buffer.from(`\ufeff${CSV}`, 'utf16le'), /^the file within the gzip is UTF-16: save it as UTF-8$/],
  ])('what is within a gzip: %s', async (_, content, message) => {
    expect(await errorOf('a.csv.gz', gzipSync(content))).toMatch(message);
  });
});

describe('text of another format than the name says is named, once, with what to do:', () => {
  const pretty = TWO.map((row) => JSON.stringify(row, null, 2)).join('\n');
  const within = (...keys: string[]) =>
    JSON.stringify(keys.reduceRight<object>((value, key) => ({ [key]: value }), TWO));

  it.each([
    [
      'a pretty list',
      'a.ndjson',
      JSON.stringify(TWO, null, 2),
      /^the file is one JSON list, not one object a line: .*--format json$/,
    ],
    ['a list on one line', 'a.ndjson', JSON.stringify(TWO), /^the file is one JSON list/],
    [
      'a pretty object',
      'a.ndjson',
      JSON.stringify(anAudit(), null, 2),
      /^the file is JSON over several lines, not one obj/,
    ],
    ['several pretty objects', 'a.ndjson', pretty, /^the file is JSON over several lines.*jq -c/],
    ['CSV', 'a.ndjson', CSV, /^the file is CSV, not one object a line: .*--format csv$/],
    ['CSV', 'a.json', CSV, /^the file is CSV, not JSON: .*--format csv$/],
    ['NDJSON', 'a.csv', NDJSON, /^the file is JSON, not CSV: .*--format ndjson$/],
    ['JSON', 'a.csv', JSON.stringify(TWO, null, 2), /^the file is JSON, not CSV: .*--format json$/],
    [
      'a list one level down',
      'a.json',
      within('data'),
      /^the list of records is within "data": .*jq -c '\.data\[\]' writes it$/,
    ],
    ['a list one level down', 'a.ndjson', within('data'), /^the list of records is within "data": /],
    ['a list one level down', 'a', within('data'), /^the list of records is within "data": /],
    ['a list two levels down', 'a.json', within('data', 'audits'), /is within "data"\."audits": /],
    ['an empty list one level down', 'a.json', '{"count": 0, "rows": []}', /is within "rows": /],
    ['a list after other keys', 'a.json', `{"ok":true,"n":{"a":[1]},${within('rows').slice(1)}`, /is within "rows": /],
    [
      'sep=;',
      'a.csv',
      `sep=;\n${CSV.replaceAll(',', ';')}`,
      /^the first line is "sep=;", which is for Excel alone: .*commas/,
    ],
    ['sep=,', 'a.csv', `"sep=,"\r\n${CSV}`, /^the first line is "sep=,", which is for Excel alone: remove it$/],
    [
      'semicolons',
      'a.csv',
      CSV.replaceAll(',', ';'),
      /^the cells are separated by semicolons: separate them by commas$/,
    ],
    [
      'quoted semicolons',
      'a.csv',
      COLUMNS.map((name) => `"${name}"`).join(';'),
      /^the cells are separated by semicolons/,
    ],
    ['tabs', 'a.csv', CSV.replaceAll(',', '\t'), /^the cells are separated by tabs: separate them by commas$/],
    ['bars', 'a.csv', CSV.replaceAll(',', '|'), /^the cells are separated by bars/],
  ])('%s named %s', async (_, name, content, message) => {
    expect(await errorOf(name, content)).toMatch(message);
    expect(await errorOf(`${name}.gz`, gzipSync(content))).toMatch(message);
  });

  it('but a record that has lists of its own is read', async () => {
    const rows = [{ accounts: [{ name: 'root' }], ...anAudit('1') }];
    const { lines, error } = await readAudits('a.json', JSON.stringify(rows[0]));
    expect(error).toBeUndefined();
    expect(lines).toMatchObject([{ line: 1, refused: expect.stringContaining('unknown field "accounts"') }]);
  });

  it('and --format says what it is', async () => {
    expect(outcomes((await readAudits('a.csv', NDJSON, { format: 'ndjson' })).lines)).toEqual([
      [1, '1'],
      [2, '2'],
    ]);
    expect(outcomes((await readAudits('a.ndjson', CSV, { format: 'csv' })).lines)).toEqual([
      [2, '1'],
      [3, '2'],
    ]);
  });
});

describe('a file of nothing but blanks', () => {
  it.each(['\n', ' ', '\r\n\t'])('is given up after 8 MiB of %j', async (blank) => {
    const packed = gzipSync(blank.repeat(5 * 1024 * 1024), { level: 1 });
    const content = Buffer.concat([gzipSync(`${NDJSON}\n`), packed, packed, packed]);
    for (const name of ['a.ndjson.gz', 'a.json.gz']) {
      const { error } = await readAudits(name, content);
      expect(error?.message).toMatch(/8 MiB of nothing but blanks|more follows the end/);
    }
  });

  it('that unpacks to more than 500 times its size is given up', async () => {
    const part = gzipSync('x'.repeat(100 * 1024 * 1024));
    const { error } = await readAudits('a.csv.gz', Buffer.concat([gzipSync(`${CSV}\n`), part, part, part]));
    expect(error?.message).toMatch(/^the gzip data unpacks to more than 500 times its size/);
  });
});
