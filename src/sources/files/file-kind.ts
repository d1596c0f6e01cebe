/** What a file is that is not text of one of the formats, and what to do with it. */
export interface FileKind {
  readonly name: string;
  readonly advice: string;
}

const EXPORT = 'export the records as CSV, JSON or NDJSON';
const UNPACK = 'unpack it, and import the file in it';
const SAVE_UTF8 = 'save it as UTF-8';

/** How many bytes tell what a file is. */
export const KIND_BYTES = 4_096;

const byFirstBytes: readonly (readonly [hex: string, name: string, advice: string])[] = [
  ['504b0304', 'a ZIP archive or an Excel workbook (.xlsx)', 'unpack it, or save the workbook as CSV UTF-8'],
  ['504b0506', 'a ZIP archive or an Excel workbook (.xlsx)', 'unpack it, or save the workbook as CSV UTF-8'],
  ['504b0708', 'a ZIP archive or an Excel workbook (.xlsx)', 'unpack it, or save the workbook as CSV UTF-8'],
  ['d0cf11e0a1b11ae1', 'an old or encrypted Excel workbook (.xls)', 'save it as CSV UTF-8'],
  ['1f8b', 'gzip data again', 'unpack it once'],
  ['fd377a585a00', 'xz data', 'unpack it with xz -d, or pack it as gzip'],
  ['425a68', 'bzip2 data', 'unpack it with bzip2 -d, or pack it as gzip'],
  ['28b52ffd', 'Zstandard data', 'unpack it with zstd -d, or pack it as gzip'],
  ['04224d18', 'LZ4 data', 'unpack it with lz4 -d, or pack it as gzip'],
  ['4c5a4950', 'lzip data', 'unpack it with lzip -d, or pack it as gzip'],
  ['1f9d', 'compress data (.Z)', 'unpack it with uncompress, or pack it as gzip'],
  ['377abcaf271c', 'a 7z archive', UNPACK],
  ['526172211a07', 'a RAR archive', UNPACK],
  ['4d534346', 'a CAB archive', UNPACK],
  ['255044462d', 'a PDF document', EXPORT],
  ['7b5c727466', 'an RTF document', EXPORT],
  ['53514c69746520666f726d6174203300', 'an SQLite database', EXPORT],
  ['50415231', 'a Parquet file', EXPORT],
  ['4f626a01', 'an Avro file', EXPORT],
  ['fffe0000', 'UTF-32', SAVE_UTF8],
  ['0000feff', 'UTF-32', SAVE_UTF8],
  ['fffe', 'UTF-16', SAVE_UTF8],
  ['feff', 'UTF-16', SAVE_UTF8],
];

const byFirstText: readonly (readonly [pattern: RegExp, name: string, advice: string])[] = [
  [/^<[a-z!?]/i, 'XML or HTML', EXPORT],
  [/^-----BEGIN PGP/, 'encrypted (PGP)', 'decrypt it first'],
];

/** What the beginning of a file shows it to be; undefined for text in UTF-8 or a code page of single bytes. */
export function kindOfFile(start: Buffer): FileKind | undefined {
  const hex = start.toString('hex', 0, 16);
  const text = start
    .toString('utf8', 0, 256)
    .replace(/^\ufeff/, '')
    .trimStart();
  const known =
    byFirstBytes.find(([prefix]) => hex.startsWith(prefix)) ?? byFirstText.find(([pattern]) => pattern.test(text));
  if (known) return { name: known[1], advice: known[2] };
  if (start.toString('latin1', 257, 262) === 'ustar') return { name: 'a tar archive', advice: UNPACK };
  const encoding = wideEncodingOf(start);
  if (encoding) return { name: encoding, advice: SAVE_UTF8 };
  return isBinary(start) ? { name: 'not text, but binary data', advice: EXPORT } : undefined;
}

/** The encoding of text without a mark, by where its first character, which is one of ASCII, has zeros. */
function wideEncodingOf([a, b, c, d]: Buffer): string | undefined {
  const zeros = [a, b, c, d].map((byte) => (byte === undefined ? '?' : byte === 0 ? '0' : 'x')).join('');
  if (zeros === 'x000' || zeros === '000x') return 'UTF-32';
  return zeros === 'x0x0' || zeros === '0x0x' || /^(?:x0|0x)\?/.test(zeros) ? 'UTF-16' : undefined;
}

/** Whether more than a twentieth are control characters that no text has. */
function isBinary(start: Buffer): boolean {
  const looked = start.subarray(0, KIND_BYTES);
  let controls = 0;
  for (const byte of looked) if (byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b)) controls += 1;
  return controls * 20 > looked.length;
}
