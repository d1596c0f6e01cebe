import { MAX_ROW_BYTES } from './import-line.js';

export const LINE_FEED = 0x0a;
export const CARRIAGE_RETURN = 0x0d;

/**
 * The byte that ends the lines of a file, by the first line end in it, and all bytes of the file. It is a line feed, before
 * which a carriage return may stand, or a carriage return alone, as old spreadsheets write it.
 */
export async function findLineEnd(
  chunks: AsyncGenerator<Buffer>,
): Promise<{ lineEnd: number; all: AsyncGenerator<Buffer> }> {
  const read: Buffer[] = [];
  let size = 0;
  let afterReturn = false;
  let lineEnd: number | undefined;
  while (lineEnd === undefined && size <= MAX_ROW_BYTES) {
    const { value: chunk, done } = await chunks.next();
    if (done) break;
    read.push(chunk);
    size += chunk.length;
    for (const byte of chunk) {
      if (byte === LINE_FEED) lineEnd = LINE_FEED;
      else if (afterReturn && byte !== CARRIAGE_RETURN) lineEnd = CARRIAGE_RETURN;
      if (lineEnd !== undefined) break;
      afterReturn = byte === CARRIAGE_RETURN;
    }
  }
  return { lineEnd: lineEnd ?? LINE_FEED, all: startingWith(read, chunks) };
}

async function* startingWith(read: Buffer[], rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* read;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
