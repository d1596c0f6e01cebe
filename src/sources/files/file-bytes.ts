import { createReadStream } from 'node:fs';
import { AppError } from '../../lib/app-error.js';
import { gunzip } from './gunzip.js';
import { peek } from './peek.js';

const CHUNK_BYTES = 64 * 1024;
const READ_FAULTS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'access is denied',
};

/**
 * The bytes of a text file, unpacked if they are gzip, without a byte order mark. Throws AppError for a file that
 * cannot be read, is damaged, or is UTF-16.
 */
export async function* fileBytes(path: string): AsyncGenerator<Buffer> {
  const { first, all } = await peek(withFirstBytes(readChunks(path)));
  const isGzip = first?.[0] === 0x1f && first[1] === 0x8b;
  yield* withoutMark(isGzip ? withFirstBytes(gunzip(all)) : all);
}

async function* readChunks(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AppError('BAD_USER_INPUT', `cannot read ${path}: ${READ_FAULTS[code ?? ''] ?? message}`);
  }
}

/** The same bytes, the first chunk with at least three of them if there are so many. */
async function* withFirstBytes(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (!start) yield chunk;
    else {
      start = Buffer.concat([start, chunk]);
      if (start.length < 3) continue;
      const first = start;
      start = undefined;
      yield first;
    }
  }
  if (start?.length) yield start;
}

async function* withoutMark(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    if (first && isUtf16(chunk)) throw new AppError('BAD_USER_INPUT', 'the file is UTF-16: save it as UTF-8');
    const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    first = false;
    yield marked ? chunk.subarray(3) : chunk;
  }
}

/** By its mark, or by a zero in the first of its characters, which no text of these formats has. */
function isUtf16([first, second]: Buffer): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || first === 0 || second === 0;
}
