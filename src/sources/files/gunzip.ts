import { createGunzip } from 'node:zlib';
import { AppError } from '../../lib/app-error.js';

/** A thousandfold is the most that deflate packs, so this keeps what is unpacked at a time below 16 MiB. */
const PACKED_BYTES = 16 * 1024;

/** Records are all different, so that no file of them packs like this: a file that does would only take time and disk. */
const MAX_RATIO = 500;
const ALWAYS_UNPACKED = 256 * 1024 * 1024;

/**
 * Unpacks gzip. Throws AppError for a file that is cut or damaged, but only after all that could be read before; that
 * is why it is fed by hand: a stream that fails throws away what it still holds. Also throws for a file that unpacks to more
 * than 500 times its size.
 */
export async function* gunzip(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const stream = createGunzip();
  const unpacked: Buffer[] = [];
  let packedSize = 0;
  let unpackedSize = 0;
  let problem: Error | undefined;
  stream.on('data', (chunk: Buffer) => {
    unpackedSize += chunk.length;
    unpacked.push(chunk);
  });
  stream.on('error', (error) => {
    problem = error;
  });
  let wake = () => {};
  stream.on('close', () => wake());
  const settled = (start: (callback: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      // After an error it is 'close' that comes last.
      start((error) => error || resolve());
    });
  try {
    for await (const chunk of packed) {
      for (let start = 0; start < chunk.length; start += PACKED_BYTES) {
        await settled((callback) => stream.write(chunk.subarray(start, start + PACKED_BYTES), callback));
        packedSize += Math.min(PACKED_BYTES, chunk.length - start);
        yield* unpacked.splice(0);
        if (problem) throw describe(problem);
        if (unpackedSize > ALWAYS_UNPACKED && unpackedSize > MAX_RATIO * packedSize) throw bomb();
      }
    }
    await settled((callback) => stream.once('end', callback).end());
    yield* unpacked.splice(0);
    if (problem) throw describe(problem);
  } finally {
    stream.destroy();
  }
}

function describe(problem: NodeJS.ErrnoException): AppError {
  const cut = problem.code === 'Z_BUF_ERROR';
  const what = cut
    ? 'the file ends in the middle: gzip data is missing'
    : `the gzip data is damaged: ${problem.message}`;
  return new AppError('BAD_USER_INPUT', what);
}

function bomb(): AppError {
  const message = `the gzip data unpacks to more than ${MAX_RATIO} times its size: no file of records does, so it is not read on`;
  return new AppError('BAD_USER_INPUT', message);
}
