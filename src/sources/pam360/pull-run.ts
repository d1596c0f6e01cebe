import type { Db } from '../../database/db.js';
import type { Module, RecordOutcome } from '../../database/module.js';
import type { Operator } from '../../features/audits/activity-log.js';
import { conflictReason } from '../../features/audits/audit.conflict.js';
import type { RunCounts } from '../../features/ingest/source-run.js';
import type { TimeZone } from '../../lib/time-zone.js';
import type { PamApi } from './pam-api.js';

/** What the pull of one module has to work with, and what it tells. */
export interface PullRun {
  readonly db: Db;
  readonly api: PamApi;
  readonly module: Module;
  readonly source: string;
  readonly zone: TimeZone;
  /** Whoever is told to have changed user accounts. */
  readonly by: Operator;
  /** Aborted where the pull shall end. */
  readonly signal: AbortSignal;
  /** Whether so many records may be deleted at once that it looks like a mistake. */
  readonly acceptDeletions: boolean;
  readonly counts: RunCounts;
  tell(kind: MessageKind, message: string): void;
  /** How many records are done, of how many, where that is known. */
  progress(done: number, total?: number): void;
}

/** FAILED: not all was read. PROBLEM: all was read, and something of it is not stored as it should be. NOTE: good to know. */
export type MessageKind = 'FAILED' | 'PROBLEM' | 'NOTE';

/** Counts what became of records, and tells the names of those that were not stored. */
export function count({ counts, tell }: PullRun, outcomes: readonly RecordOutcome[], names: readonly string[]): void {
  for (const [index, outcome] of outcomes.entries()) {
    if (typeof outcome === 'object') {
      const isRefused = 'refused' in outcome;
      counts[isRefused ? 'refused' : 'conflicts'] += 1;
      tell('PROBLEM', `${names[index]}: ${isRefused ? outcome.refused : conflictReason(outcome.conflict)}`);
    } else counts[outcome.toLowerCase() as 'added' | 'changed' | 'unchanged' | 'deleted'] += 1;
  }
}

/** Counts a row that is no record. */
export function refuse({ counts, tell }: PullRun, reason: string): void {
  counts.refused += 1;
  tell('PROBLEM', reason);
}
