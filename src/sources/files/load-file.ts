import type { Db } from '../../database/db.js';
import { Module, type RecordOutcome } from '../../database/module.js';
import type { Operator } from '../../features/audits/activity-log.js';
import { conflictReason } from '../../features/audits/audit.conflict.js';
import { recordAudits } from '../../features/audits/audit.service.js';
import { deleteUserAccounts, recordUserAccounts } from '../../features/audits/user-account.service.js';
import type { RecordOf } from '../../features/ingest/rules/record-schemas.js';
import { deleteResources, recordResources } from '../../features/resources/resource.service.js';
import { type ImportFileOptions, type ImportLine, readImportFile } from './import-file.js';
import { LocalTimes } from './local-times.js';

const LINES_AT_ONCE = 1_000;

export interface LoadOptions extends ImportFileOptions {
  /** Where the records come from: with their own id it is what they are known by. */
  source: string;
  /** Who hands them in: each change of a user account is recorded under that name. */
  by: Operator;
  /** `lastLine` is given for a row that takes several lines. */
  onRefused: (line: number, reason: string, lastLine?: number) => void;
  /** Called for an audit that was not stored because another one is stored under its id. */
  onConflict: (line: number, sourceId: string, reason: string) => void;
  /** Called at the end for what is worth knowing of a file that was read. */
  onWarning?: (message: string) => void;
  onProgress: (lines: number) => void;
  /** Called as the load begins, which may be again if its transaction has to run again. */
  onBegin?: () => void;
  /** Counted as it goes, so that the caller knows the counts of a load that fails; begins at 0. */
  tally?: Tally;
  /** Ends the load between two batches. */
  signal?: AbortSignal;
}

/** What became of the rows that were read. */
export interface Tally {
  added: number;
  changed: number;
  unchanged: number;
  deleted: number;
  refused: number;
  conflicts: number;
}

export function emptyTally(): Tally {
  return { added: 0, changed: 0, unchanged: 0, deleted: 0, refused: 0, conflicts: 0 };
}

/** How the records of a module are stored. */
export interface Writer<M extends Module> {
  record(db: Db, by: Operator, source: string, records: RecordOf<M>[]): Promise<RecordOutcome[]>;
  remove(db: Db, by: Operator, source: string, sourceIds: string[]): Promise<RecordOutcome[]>;
}

export const writers: { [M in Module]: Writer<M> } = {
  [Module.RESOURCES]: {
    record: (db, _by, source, records) => recordResources(db, source, records),
    remove: (db, _by, source, ids) => deleteResources(db, source, ids),
  },
  [Module.USER_ACCOUNTS]: { record: recordUserAccounts, remove: deleteUserAccounts },
  [Module.AUDITS]: {
    record: (db, _by, source, records) => recordAudits(db, source, records),
    remove: async (_db, _by, _source, ids) => ids.map(() => ({ refused: 'audits are never deleted' })),
  },
};

/** Stores the records of a file, line by line in their order. A bad line is reported and does not stop the rest. */
export async function loadFile<M extends Module>(
  db: Db,
  module: M,
  path: string,
  options: LoadOptions,
  writer: Writer<M> = writers[module],
): Promise<Tally> {
  options.onBegin?.();
  const tally = Object.assign(options.tally ?? emptyTally(), emptyTally());
  const localTimes = new LocalTimes(options.zone);
  let lines = 0;
  let batch: ImportLine<RecordOf<M>>[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const full = batch;
    // First, so that a batch that fails is not stored again on the way out.
    batch = [];
    for (const run of alikeRuns(full)) await storeRun(db, writer, run, options, tally);
    lines += full.length;
    options.onProgress(lines);
  };
  try {
    for await (const line of readImportFile(module, path, { ...options, localTimes })) {
      batch.push(line);
      if (batch.length < LINES_AT_ONCE) continue;
      await flush();
      options.signal?.throwIfAborted();
    }
  } finally {
    // The rows before a fault of the file itself are stored.
    if (!options.signal?.aborted) await flush();
    for (const warning of localTimes.warnings()) options.onWarning?.(warning);
  }
  options.signal?.throwIfAborted();
  return tally;
}

/** Records and deletions apart, without changing their order. */
function alikeRuns<T>(lines: readonly ImportLine<T>[]): ImportLine<T>[][] {
  const runs: ImportLine<T>[][] = [];
  for (const line of lines) {
    const last = runs.at(-1)?.[0];
    if (last && 'deleted' in last === 'deleted' in line) runs.at(-1)!.push(line);
    else runs.push([line]);
  }
  return runs;
}

async function storeRun<M extends Module>(
  db: Db,
  writer: Writer<M>,
  run: readonly ImportLine<RecordOf<M>>[],
  { source, by, onRefused, onConflict }: LoadOptions,
  tally: Tally,
): Promise<void> {
  const sound = run.filter((line) => !('refused' in line));
  const deletions = sound.flatMap((line) => ('deleted' in line ? line.deleted : []));
  const records = sound.flatMap((line) => ('record' in line ? line.record : []));
  const outcomes =
    deletions.length > 0
      ? await writer.remove(db, by, source, deletions)
      : await writer.record(db, by, source, records);
  const outcomeOf = new Map(sound.map((line, index) => [line, outcomes[index]!]));
  for (const line of run) {
    const outcome = 'refused' in line ? line : outcomeOf.get(line)!;
    if (typeof outcome !== 'object') tally[outcome.toLowerCase() as keyof Tally] += 1;
    else if ('refused' in outcome) {
      tally.refused += 1;
      onRefused(line.line, outcome.refused, 'refused' in line ? line.lastLine : undefined);
    } else {
      tally.conflicts += 1;
      onConflict(line.line, 'record' in line ? line.record.sourceId : '', conflictReason(outcome.conflict));
    }
  }
}
