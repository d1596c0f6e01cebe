import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';

/** Work that goes on beside the requests. */
export interface BackgroundTask {
  /** As in 'the rollup worker': the log says it. */
  readonly name: string;
  /** Works until `stop` is aborted, then ends what it has begun. */
  run(stop: AbortSignal): Promise<void>;
}

export interface Background {
  /** Ends all tasks; resolves when they have ended. */
  stop(): Promise<void>;
}

/** Milliseconds before a task that failed begins again: twice as many each time, unless it ran for long. */
const FIRST_PAUSE = 1_000;
const MAX_PAUSE = 30_000;

/** Runs tasks until they are stopped. One that fails is logged, and begins again. */
export function startBackground(tasks: readonly BackgroundTask[], log: FastifyBaseLogger): Background {
  const stop = new AbortController();
  const running = tasks.map((task) => keepRunning(task, stop.signal, log));
  return {
    stop: async () => {
      stop.abort();
      await Promise.all(running);
    },
  };
}

async function keepRunning(task: BackgroundTask, stop: AbortSignal, log: FastifyBaseLogger): Promise<void> {
  for (let pause = FIRST_PAUSE; !stop.aborted; pause = Math.min(2 * pause, MAX_PAUSE)) {
    const began = performance.now();
    try {
      await task.run(stop);
      return;
    } catch (err) {
      if (stop.aborted) return;
      if (performance.now() - began > MAX_PAUSE) pause = FIRST_PAUSE;
      log.error({ err, pause }, `${task.name} failed and begins again`);
      await sleep(pause, undefined, { signal: stop }).catch(() => {});
    }
  }
}
