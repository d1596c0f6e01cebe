import { removeLeftover } from './durable-file.js';
import { type ImportRun, pagesOf, pathOf } from './import-run.js';
import type { FeedModule, Row } from './modules.js';
import { type Change, rowsOf } from './page.js';
import { RecordSplitter } from './record-splitter.js';
import { withRestarts } from './restarts.js';
import { hasColumns, type Records, readRecords, writeRecords } from './row-file.js';
import type { RowFormat } from './row-format.js';
import { type ModuleResult, Tally } from './tally.js';

/** A module whose rows change and go: its file is always written as a whole. */
export type SnapshotModule = FeedModule<'RESOURCES' | 'USER_ACCOUNTS'>;

/** The first import of many rows is written down now and then, each time that it has grown by half, and not for less than this. */
const CHECKPOINT_ROWS = 50_000;

/**
 * Brings a module's file up to date. The file is replaced first and the cursor after it: after a crash between the two the
 * same changes are applied once more, which changes nothing.
 */
export async function importSnapshot(run: ImportRun, module: SnapshotModule): Promise<ModuleResult> {
  const tally = new Tally(module.name);
  run.onPage(tally, false);
  await removeLeftover(pathOf(run, module));
  let cursor = run.state.modules[module.name]?.cursor ?? null;
  // An old file stays whole until the new one has caught up.
  const checkpoints = cursor === null;
  const startOver = () => {
    tally.restart();
    cursor = null;
  };
  // A file of an earlier version has other columns: replace it.
  const isStale = run.resync.has(module.name) || !(await hasColumns(pathOf(run, module), run.format, module.columns));
  if (cursor !== null && isStale) startOver();
  return withRestarts(() => follow(run, module, tally, cursor, checkpoints), startOver);
}

async function follow(
  run: ImportRun,
  module: SnapshotModule,
  tally: Tally,
  cursor: string | null,
  checkpoints: boolean,
): Promise<ModuleResult> {
  const path = pathOf(run, module);
  const records: Records = cursor === null ? new Map() : await readRecords(path, run.format, module.name);
  let unwritten = cursor === null ? 1 : 0;
  for await (const page of pagesOf(run, module, cursor)) {
    apply(page.changes, records, tally, (rows) => recordsOf(run.format, module, rows));
    unwritten += page.changes.length;
    const due = checkpoints && unwritten >= Math.max(CHECKPOINT_ROWS, records.size / 3);
    if (page.caughtUp || due) {
      if (unwritten > 0) await writeRecords(path, run.format, module.columns, records);
      run.state.modules[module.name] = { cursor: page.nextCursor, rows: records.size };
      await run.saveState();
      unwritten = 0;
    }
    run.onPage(tally, page.caughtUp);
  }
  return tally.result(path, records.size);
}

function apply(changes: Change[], records: Records, tally: Tally, recordsOf: (rows: Row[]) => string[]): void {
  const written = recordsOf(rowsOf(changes)).values();
  for (const { id, row } of changes) {
    if (row === null) {
      if (records.delete(id)) tally.deletes++;
    } else {
      records.set(id, written.next().value as string);
      tally.upserts++;
    }
  }
}

function recordsOf(format: RowFormat, module: FeedModule, rows: Row[]): string[] {
  return new RecordSplitter(format).push(format.text(module.columns, rows));
}
