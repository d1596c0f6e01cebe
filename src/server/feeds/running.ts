import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** Milliseconds that answers have to come to their end when the server stops; those that do not are cut, for all to see. */
const GRACE = 5_000;

/** Keeps the answers that are being sent; `add` returns the same stream. */
export function keepRunning(app: FastifyInstance): { add(stream: Readable): Readable } {
  const running = new Set<Readable>();
  let timer: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    timer = setTimeout(() => {
      for (const stream of running) stream.destroy(new Error('the server stops'));
    }, GRACE);
  });
  app.addHook('onClose', async () => clearTimeout(timer));
  return {
    add(stream) {
      running.add(stream);
      stream.once('close', () => running.delete(stream));
      return stream;
    },
  };
}
