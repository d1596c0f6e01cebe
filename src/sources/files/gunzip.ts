import { createGunzip } from 'node:zlib';
import { AppError } from '../../lib/app-error.js';

/** A thousandfold is the most that deflate packs, so this keeps what is unpacked at a time below 16 MiB. */
const PACKED_BYTES = 16 * 1024;

/**
 * Unpacks gzip. Throws AppError for a file that is cut or damaged, but only after all that could be read before; that
 * is why it is fed by hand: a stream that fails throws away what it still holds.
 */
export async function* gunzip(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const stream = createGunzip();
  const unpacked: Buffer[] = [];
  let fault: Error | undefined;
  stream.on('data', (chunk: Buffer) => unpacked.push(chunk));
  stream.on('error', (error) => {
    fault = error;
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
        yield* unpacked.splice(0);
        if (fault) throw describe(fault);
      }
    }
    await settled((callback) => stream.once('end', callback).end());
    yield* unpacked.splice(0);
    if (fault) throw describe(fault);
  } finally {
    stream.destroy();
  }
}

function describe(fault: NodeJS.ErrnoException): AppError {
  const cut = fault.code === 'Z_BUF_ERROR';
  const what = cut ? 'the file ends in the middle: gzip data is missing' : `the gzip data is damaged: ${fault.message}`;
  return new AppError('BAD_USER_INPUT', what);
}
