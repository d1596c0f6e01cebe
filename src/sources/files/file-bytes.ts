import { createReadStream } from 'node:fs';
import { AppError } from '../../lib/app-error.js';
import { KIND_BYTES, kindOfFile } from './file-kind.js';
import { gunzip } from './gunzip.js';
import { peek } from './peek.js';

const CHUNK_BYTES = 64 * 1024;
const MAX_BLANK_BYTES = 8 * 1024 * 1024;
const READ_ERRORS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'access is denied',
};

/**
 * The bytes of a text file, unpacked if they are gzip, without a byte order mark; the first chunk is long enough to tell the
 * format. Throws AppError for a file that cannot be read, is damaged, is not text in UTF-8, or goes on with blanks for ever.
 */
export async function* fileBytes(path: string): AsyncGenerator<Buffer> {
  const { first, all } = await peek(withFirstBytes(readChunks(path)));
  const isGzip = first?.[0] === 0x1f && first[1] === 0x8b;
  const content = isGzip ? textOf(withFirstBytes(gunzip(all)), 'the file within the gzip') : textOf(all, 'the file');
  yield* withoutEndlessBlanks(content);
}

async function* readChunks(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AppError('BAD_USER_INPUT', `cannot read ${path}: ${READ_ERRORS[code ?? ''] ?? message}`);
  }
}

/** The same bytes, the first chunk with at least so many of them as tell what the file is, if there are so many. */
async function* withFirstBytes(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0);
  try {
    for await (const chunk of chunks) {
      if (!start) yield chunk;
      else {
        start = Buffer.concat([start, chunk]);
        if (start.length < KIND_BYTES) continue;
        const first = start;
        start = undefined;
        yield first;
      }
    }
  } catch (error) {
    // What was read before a fault is used.
    if (start?.length) yield start;
    throw error;
  }
  if (start?.length) yield start;
}

async function* textOf(chunks: AsyncGenerator<Buffer>, what: string): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    const kind = first ? kindOfFile(chunk) : undefined;
    if (kind) throw new AppError('BAD_USER_INPUT', `${what} is ${kind.name}: ${kind.advice}`);
    const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    first = false;
    yield marked ? chunk.subarray(3) : chunk;
  }
}

/** Bounds the blanks that follow one another: a small gzip file may hold gigabytes of them. */
async function* withoutEndlessBlanks(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let blank = 0;
  for await (const chunk of chunks) {
    const leading = leadingBlanks(chunk);
    blank = leading === chunk.length ? blank + leading : 0;
    if (blank > MAX_BLANK_BYTES) {
      const message = 'the file goes on with more than 8 MiB of nothing but blanks: it is damaged, or holds no records';
      throw new AppError('BAD_USER_INPUT', message);
    }
    yield chunk;
  }
}

function leadingBlanks(chunk: Buffer): number {
  let count = 0;
  while (count < chunk.length && isBlank(chunk[count]!)) count += 1;
  return count;
}

function isBlank(byte: number): boolean {
  return byte === 0x0a || byte === 0x20 || byte === 0x0d || byte === 0x09;
}
