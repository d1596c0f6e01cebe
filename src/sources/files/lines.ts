import { MAX_ROW_BYTES } from './import-line.js';
import { LINE_FEED } from './line-end.js';

/** One line without its line end, and its length in bytes; without bytes if it is longer than the limit. */
export interface Line {
  line: number;
  size: number;
  bytes: Buffer | undefined;
}

export interface LineOptions {
  /** The byte that ends a line; a line feed if it is left out. */
  lineEnd?: number;
  /** The most bytes of a line that are kept. */
  limit?: number;
}

/** Cuts bytes into lines, all those of a chunk at once. A last line needs no line end. */
export async function* lines(
  chunks: AsyncIterable<Buffer>,
  { lineEnd = LINE_FEED, limit = MAX_ROW_BYTES }: LineOptions = {},
): AsyncGenerator<Line[]> {
  let line = 1;
  let pieces: Buffer[] = [];
  let size = 0;
  const keep = (piece: Buffer) => {
    size += piece.length;
    if (size > limit) pieces = [];
    else pieces.push(piece);
  };
  const take = (): Line => {
    const bytes = size > limit ? undefined : pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    const taken = { line: line++, size, bytes };
    pieces = [];
    size = 0;
    return taken;
  };
  for await (const chunk of chunks) {
    const found: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(lineEnd); end >= 0; end = chunk.indexOf(lineEnd, start)) {
      keep(chunk.subarray(start, end));
      found.push(take());
      start = end + 1;
    }
    keep(chunk.subarray(start));
    yield found;
  }
  if (size > 0) yield [take()];
}

/** Whether there is nothing but spaces, tabs and carriage returns. */
export function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}
