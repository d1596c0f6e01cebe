import { setTimeout as sleep } from 'node:timers/promises';
import { leaveMarker, releaseMarker } from './commit-markers.js';
import type { Database } from './db.js';
import { NeedsHelp } from './dialects/unavailable.js';

const NEVER_ENDS = 'a write to the database does not end: look at its disk and at what keeps it locked';

/** Milliseconds for which an answer is good: a write a second costs nothing. */
const GOOD_FOR = 1_000;

/** Milliseconds that who asks waits for a write that is under way, when there is an answer from before. */
const PATIENCE = 500;

/** Milliseconds after which a write that has not ended is taken for one that never does. */
const LIMIT = 15_000;

/**
 * Finds out whether the database takes writes, by a small real one: a server that is read-only, a full disk and a file that was
 * replaced answer reads as ever. However many ask, there is one write at a time, and one a second.
 */
export class WriteProbe {
  readonly #db: Database;
  readonly #goodFor: number;
  #running: Promise<void> | undefined;
  #begunAt = 0;
  /** When the last write ended, and how. */
  #endedAt = Number.NEGATIVE_INFINITY;
  #failure: { readonly error: unknown } | undefined;

  /** `goodFor` are the milliseconds for which an answer is good. */
  constructor(db: Database, goodFor = GOOD_FOR) {
    this.#db = db;
    this.#goodFor = goodFor;
  }

  /**
   * Resolves if the database takes writes. While a write waits behind others, as it does behind a large import, the answer
   * is that of the last one, for some seconds.
   * @throws Error that the write failed with; NeedsHelp if it does not end
   */
  async check(): Promise<void> {
    if (performance.now() - this.#endedAt < this.#goodFor) return this.#lastAnswer();
    this.#running ??= this.#run();
    const running = this.#running;
    const hasAnswer = this.#endedAt > Number.NEGATIVE_INFINITY;
    const ended = new AbortController();
    const late = sleep(hasAnswer ? PATIENCE : LIMIT, undefined, { signal: ended.signal, ref: false }).catch(() => {});
    await Promise.race([running, late]);
    ended.abort();
    if (this.#running === running && (!hasAnswer || performance.now() - this.#begunAt > LIMIT))
      throw new NeedsHelp(NEVER_ENDS);
    this.#lastAnswer();
  }

  #lastAnswer(): void {
    if (this.#failure) throw this.#failure.error;
  }

  async #run(): Promise<void> {
    this.#begunAt = performance.now();
    try {
      await write(this.#db);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#endedAt = performance.now();
      this.#running = undefined;
    }
  }
}

/** Changes a row that nobody needs, and commits that. */
async function write(db: Database): Promise<void> {
  const tx = await db.begin();
  try {
    const marker = await leaveMarker(tx);
    await tx.commit();
    releaseMarker(db, marker);
  } catch (error) {
    await tx.rollback();
    throw error;
  }
}
