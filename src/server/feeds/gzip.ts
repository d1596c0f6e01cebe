import { pipeline, type Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';

/** Whether a client takes gzip (RFC 9110, section 12.5.3). */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const weights = new Map(
    (acceptEncoding ?? '').split(',').map((part) => {
      const [coding = '', ...parameters] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      return [coding, weight === undefined ? 1 : Number(weight.slice(2))];
    }),
  );
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
}

/** Compresses chunk by chunk: what was read is on its way, and no more of it is kept. An error on either side ends both. */
export function gzipped(text: Readable): Readable {
  const options = { level: constants.Z_BEST_SPEED, flush: constants.Z_SYNC_FLUSH };
  // Whoever reads the stream hears of the error.
  return pipeline(text, createGzip(options), () => {});
}
