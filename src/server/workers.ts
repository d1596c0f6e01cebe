import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { migrate } from '../database/migrate.js';
import { requestLogger } from './log.js';
import { collectMetricsOfWorkers } from './metrics/workers-metrics.js';
import { type RunningServer, serveAfter } from './serve.js';
import { STOP, stopAtSignals } from './stop-at-signals.js';

/** Milliseconds before a worker that ended is started again: twice as many each time, unless one has lived for long. */
const FIRST_PAUSE = 500;
const MAX_PAUSE = 30_000;
const LONG_LIFE = 60_000;

/** What a worker says when it serves. */
interface Serving {
  readonly address: string;
}

/**
 * Migrates the database, then has `count` processes serve on one port until SIGTERM or SIGINT. They share nothing but the
 * database, which this process does not open. One that ends is started again; where one cannot even begin, all end.
 */
export async function serveWithWorkers(config: Config, count: number): Promise<void> {
  const logger = requestLogger(config.logLevel);
  const stopping = new AbortController();
  const migrated = migrate(config.databaseUrl);
  stopAtSignals(async () => {
    stopping.abort();
    await migrated;
    await stopWorkers();
  });
  await migrated;
  collectMetricsOfWorkers();
  const begin = async (): Promise<string> => {
    if (stopping.signal.aborted) throw new Error('stopped before it began');
    const worker = cluster.fork();
    const { address } = await untilItServes(worker);
    keep(worker, stopping.signal, logger);
    return address;
  };
  try {
    // One alone first: what keeps it from serving is said once.
    const address = await begin();
    await Promise.all(Array.from({ length: count - 1 }, begin));
    logger.info(`Server listening at ${address}`);
  } catch (error) {
    // The stop ends the process, when the workers have ended.
    if (stopping.signal.aborted) return;
    stopping.abort();
    for (const worker of workers()) worker.process.kill('SIGKILL');
    if (!(error instanceof EndedInItsWords)) throw error;
    process.exitCode = 1;
  }
}

/** Serves in one of the processes that `serveWithWorkers` started. */
export async function serveAsWorker(config: Config): Promise<RunningServer> {
  try {
    const server = await serveAfter(Promise.resolve(), config, (address) => `a worker listens at ${address}`);
    process.send?.({ address: server.address } satisfies Serving);
    return server;
  } catch (error) {
    // Else it would go on to hear the first process.
    cluster.worker?.disconnect();
    throw error;
  }
}

/** A worker could not begin, and has said why. */
class EndedInItsWords extends Error {}

function untilItServes(worker: Worker): Promise<Serving> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: Partial<Serving>) => {
      if (message.address !== undefined) resolve({ address: message.address });
    });
    worker.once('exit', (_code, signal) => {
      reject(signal ? new Error(`a worker was ended by ${signal} before it could serve`) : new EndedInItsWords());
    });
  });
}

async function keep(worker: Worker, stopping: AbortSignal, logger: Logger): Promise<void> {
  let current = worker;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, MAX_PAUSE)) {
    const began = performance.now();
    const [code, signal] = await once(current, 'exit');
    if (stopping.aborted) return;
    if (performance.now() - began > LONG_LIFE) pause = FIRST_PAUSE;
    logger.error({ pid: current.process.pid, code, signal, pause }, 'a worker ended: it is started again');
    await sleep(pause, undefined, { signal: stopping }).catch(() => {});
    if (stopping.aborted) return;
    current = cluster.fork();
  }
}

async function stopWorkers(): Promise<void> {
  const ends = workers().map(async (worker) => {
    const ended = once(worker, 'exit');
    if (worker.isConnected()) worker.send(STOP);
    const [code] = await ended;
    if (code !== 0) throw new Error(`worker ${worker.process.pid} ended with ${code}`);
  });
  await Promise.all(ends);
}

function workers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}
