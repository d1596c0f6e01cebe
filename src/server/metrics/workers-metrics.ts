import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { AppError } from '../../lib/app-error.js';

/** A worker asks the first process, which alone reaches all. */
interface Question {
  readonly metricsWanted: number;
}

interface Reply {
  readonly metricsWanted: number;
  /** Null where a worker did not answer in time. */
  readonly text: string | null;
}

let asked = 0;
const waiting = new Map<number, (text: string | null) => void>();

export function isWorker(): boolean {
  return cluster.isWorker && process.connected;
}

/** In a worker: what the first process collects of it. */
export function offerMetrics(registries: Registry[]): void {
  AggregatorRegistry.setRegistries(registries);
  // It is the making of one that has this process hear the question.
  new AggregatorRegistry();
}

/**
 * What all workers have measured, added up.
 * @throws AppError UNAVAILABLE
 */
export async function metricsOfAllWorkers(): Promise<string> {
  if (asked === 0) hearReplies();
  const question: Question = { metricsWanted: ++asked };
  const text = await new Promise<string | null>((resolve) => {
    waiting.set(question.metricsWanted, resolve);
    process.send!(question);
  });
  if (text === null) throw new AppError('UNAVAILABLE', 'a worker did not answer in time', 2);
  return text;
}

function hearReplies(): void {
  process.on('message', (message: Partial<Reply> | null) => {
    if (message?.metricsWanted === undefined) return;
    waiting.get(message.metricsWanted)?.(message.text ?? null);
    waiting.delete(message.metricsWanted);
  });
}

/** In the first process: collects what its workers have measured, whenever one of them asks. */
export function collectMetricsOfWorkers(): void {
  const registry = new AggregatorRegistry();
  cluster.on('message', async (worker: Worker, message: Partial<Question> | null) => {
    if (message?.metricsWanted === undefined) return;
    const text = await registry.clusterMetrics().catch(() => null);
    if (worker.isConnected()) worker.send({ metricsWanted: message.metricsWanted, text } satisfies Reply);
  });
}
