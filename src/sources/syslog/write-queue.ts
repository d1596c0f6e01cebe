import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../database/db.js';
import type { RecordOutcome } from '../../database/module.js';
import type { AuditRecord } from '../../features/audits/audit.record.js';
import { recordAudits } from '../../features/audits/audit.service.js';
import type { Counts } from './counts.js';
import { OTHER_OPERATION } from './line-to-audit.js';
import type { Log } from './log.js';
import { throttled } from './throttled-log.js';

/** Lines that are stored at once. Where they are looked up, no engine makes a subquery of so few. */
const BATCH = 900;

/** Milliseconds that the first of them waits for others. */
const GATHERING = 20;

/** What may wait: lines, and characters of them. */
const MAX_LINES = 20_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** Milliseconds between attempts while the database takes nothing: twice as many each time. */
const FIRST_PAUSE = 200;
const MAX_PAUSE = 5_000;

/** Records that are tried one by one, without one that is stored, before it is taken to be the database. */
const ALONE = 10;

/** Fields that may differ where the same audit of the product comes again: another version may infer another category. */
const MAY_DIFFER: readonly string[] = ['category'];

/** The same for any other line, whose address is that of the relay. */
const MAY_DIFFER_OTHER: readonly string[] = ['category', 'clientType', 'ipAddress'];

/** What a listener has read and not stored yet. It is bounded: who adds asks first whether it is full. */
export class WriteQueue {
  readonly #waiting: AuditRecord[] = [];
  #characters = 0;
  #onRoom = new Set<() => void>();
  #wake: (() => void) | undefined;
  #isClosing = false;
  readonly #tellRefused = throttled((reason: string) =>
    this.log.error({ reason, refused: this.counts.refused }, `lines from ${this.listener} were refused`),
  );

  readonly #tellConflict = throttled((fields: readonly string[]) =>
    this.log.error(
      { fields, conflicts: this.counts.conflict },
      `lines from ${this.listener} were not stored: other audits are stored under their ids`,
    ),
  );

  constructor(
    readonly db: Db,
    /** What the lines are stored as. */
    readonly source: string,
    /** Whose lines they are, for the log. */
    readonly listener: string,
    readonly counts: Counts,
    readonly log: Log,
  ) {}

  get isFull(): boolean {
    return this.#waiting.length >= MAX_LINES || this.#characters >= MAX_CHARACTERS;
  }

  add(record: AuditRecord): void {
    this.#waiting.push(record);
    this.#characters += charactersOf(record);
    this.counts.waiting = this.#waiting.length;
    this.#wake?.();
  }

  /** Calls back once, when half of what may wait was stored. */
  whenRoom(callback: () => void): void {
    this.#onRoom.add(callback);
  }

  /** Nothing is added any more. */
  close(): void {
    this.#isClosing = true;
    this.#wake?.();
  }

  /**
   * Stores what comes until it was closed and all of it is stored. While the database takes nothing it is tried again:
   * without an end, or until `giveUp`. What was given up is left waiting.
   */
  async store(giveUp: AbortSignal): Promise<void> {
    let pause = 0;
    while (!giveUp.aborted) {
      if (this.#waiting.length === 0) {
        if (this.#isClosing) return;
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
        this.#wake = undefined;
        continue;
      }
      if (this.#waiting.length < BATCH && !this.#isClosing && pause === 0) await sleep(GATHERING);
      pause = await this.#storeBatch(pause);
      if (pause > 0) await sleep(pause, undefined, { signal: giveUp }).catch(() => {});
    }
  }

  /** Stores the lines that came first; milliseconds to wait before the next attempt, or 0 where it went well. */
  async #storeBatch(lastPause: number): Promise<number> {
    const batch = this.#waiting.slice(0, BATCH);
    const { outcomes, error } = await this.#tryAll(batch);
    const left: AuditRecord[] = [];
    for (const [index, record] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) {
        left.push(record);
        continue;
      }
      this.#characters -= charactersOf(record);
      this.#count(record, outcome);
    }
    this.#waiting.splice(0, batch.length, ...left);
    this.counts.waiting = this.#waiting.length;
    this.#tellRoom();
    if (left.length === 0) {
      if (lastPause > 0) this.log.info(`lines from ${this.listener} are stored again`);
      return 0;
    }
    if (lastPause === 0) this.log.warn({ err: error }, `lines from ${this.listener} cannot be stored: they wait`);
    return Math.min(2 * lastPause || FIRST_PAUSE, MAX_PAUSE);
  }

  /**
   * All at once, else one by one: a record that fails again after a later one was stored is the reason, and is refused for
   * good; where none is stored it is the database. What is still to be stored has no outcome.
   */
  async #tryAll(batch: readonly AuditRecord[]): Promise<{ outcomes: (RecordOutcome | undefined)[]; error: unknown }> {
    try {
      return { outcomes: await recordAudits(this.db, this.source, batch), error: undefined };
    } catch (error) {
      if (isTransient(error)) return { outcomes: [], error };
      return { outcomes: await this.#tryEach(batch), error };
    }
  }

  async #tryEach(batch: readonly AuditRecord[]): Promise<(RecordOutcome | undefined)[]> {
    const outcomes: (RecordOutcome | undefined)[] = [];
    const failed: number[] = [];
    for (const [index, record] of batch.entries()) {
      try {
        [outcomes[index]] = await recordAudits(this.db, this.source, [record]);
      } catch (error) {
        failed.push(index);
        if (isTransient(error) || (failed.length === ALONE && index + 1 === ALONE)) return outcomes;
      }
    }
    // What failed before another one was stored has met a database that failed for a moment, or can never be stored.
    const suspects = failed.filter((index) => index + 1 < outcomes.length);
    for (const index of suspects) {
      try {
        [outcomes[index]] = await recordAudits(this.db, this.source, [batch[index]!]);
      } catch (error) {
        if (isTransient(error)) return outcomes;
        outcomes[index] = { refused: 'not to be stored' };
      }
    }
    return outcomes;
  }

  #count(record: AuditRecord, outcome: RecordOutcome): void {
    if (outcome === 'ADDED') this.counts.stored++;
    else if (outcome === 'UNCHANGED') this.counts.unchanged++;
    else if (typeof outcome === 'object' && 'conflict' in outcome) this.#countConflict(record, outcome.conflict);
    else {
      this.counts.refused++;
      this.#tellRefused((outcome as { refused: string }).refused);
    }
  }

  /** What is stored under the id of a line comes from the same text, unless it came in by another way than syslog. */
  #countConflict({ operation }: AuditRecord, fields: readonly string[]): void {
    const mayDiffer = operation === OTHER_OPERATION ? MAY_DIFFER_OTHER : MAY_DIFFER;
    if (fields.every((field) => mayDiffer.includes(field))) {
      this.counts.unchanged++;
      return;
    }
    this.counts.conflict++;
    this.#tellConflict(fields);
  }

  #tellRoom(): void {
    if (this.#waiting.length > MAX_LINES / 2 || this.#characters > MAX_CHARACTERS / 2) return;
    const callbacks = this.#onRoom;
    this.#onRoom = new Set();
    for (const callback of callbacks) callback();
  }
}

/** What passes by itself: the database says so, or cannot be reached. */
function isTransient(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'UNAVAILABLE';
}

function charactersOf(record: AuditRecord): number {
  return 300 + (record.reason?.length ?? 0);
}
