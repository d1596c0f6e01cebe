import { MAX_ROW_BYTES } from './import-line.js';

/** One line without its line feed; without bytes if it is longer than MAX_ROW_BYTES. */
export interface Line {
  line: number;
  bytes: Buffer | undefined;
}

const LINE_FEED = 0x0a;

/** Cuts bytes into lines, all those of a chunk at once. A last line needs no line feed. */
export async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  let line = 1;
  let pieces: Buffer[] = [];
  let size = 0;
  const keep = (piece: Buffer) => {
    size += piece.length;
    if (size > MAX_ROW_BYTES) pieces = [];
    else pieces.push(piece);
  };
  const take = (): Line => {
    const bytes = size > MAX_ROW_BYTES ? undefined : pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    pieces = [];
    size = 0;
    return { line: line++, bytes };
  };
  for await (const chunk of chunks) {
    const found: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
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
