import { AppendFile } from './append-file.js';
import { moveFile } from './durable-file.js';
import { type ImportRun, pagesOf, pathOf } from './import-run.js';
import { AUDITS, type FeedModule } from './modules.js';
import { type Page, rowsOf } from './page.js';
import { withRestarts } from './restarts.js';
import { damaged, hasColumns } from './row-file.js';
import { type AppendState, type AuditsState, freshResync } from './state.js';
import { type ModuleResult, Tally } from './tally.js';

const RESYNC: FeedModule = { ...AUDITS, file: `${AUDITS.file}.resync` };

/**
 * Appends new audits page by page. A page lasts on the disk before the state says so, and what lies beyond the state's
 * bytes is cut off at the start: no page stands there twice, and none by half. A new import from the beginning goes the
 * same way into a file of its own, which takes the old one's place when it has caught up.
 */
export async function importAudits(run: ImportRun): Promise<ModuleResult> {
  const tally = new Tally(AUDITS.name);
  run.onPage(tally, false);
  if (auditsOf(run).resync?.complete) await putInPlace(run);
  if (!auditsOf(run).resync && !(await hasColumns(pathOf(run, AUDITS), run.format, AUDITS.columns))) {
    // A file of an earlier version, with other columns: it stays until a new one has caught up.
    await startOver(run, tally);
  }
  tally.resynced = auditsOf(run).resync !== undefined;
  await withRestarts(
    () => follow(run, tally),
    () => startOver(run, tally),
  );
  const { resync } = auditsOf(run);
  if (resync) {
    resync.complete = true;
    await run.saveState();
    await putInPlace(run);
  }
  return tally.result(pathOf(run, AUDITS), auditsOf(run).rows);
}

async function follow(run: ImportRun, tally: Tally): Promise<void> {
  const audits = auditsOf(run);
  const position = audits.resync ?? audits;
  const path = pathOf(run, audits.resync ? RESYNC : AUDITS);
  const file = await AppendFile.open(path, position.bytes);
  if (file === null) throw damaged(path, AUDITS.name, null);
  try {
    if (position.bytes === 0) await file.append(run.format.header(AUDITS.columns));
    for await (const page of pagesOf(run, AUDITS, position.cursor)) {
      await appendPage(run, file, page, position);
      tally.upserts += page.changes.length;
      run.onPage(tally, page.caughtUp);
    }
  } finally {
    await file.close();
  }
}

async function appendPage(run: ImportRun, file: AppendFile, page: Page, position: AppendState): Promise<void> {
  const rows = rowsOf(page.changes);
  await file.append(run.format.text(AUDITS.columns, rows));
  position.cursor = page.nextCursor;
  position.bytes = file.bytes;
  position.rows += rows.length;
  await run.saveState();
}

async function startOver(run: ImportRun, tally: Tally): Promise<void> {
  tally.restart();
  auditsOf(run).resync = freshResync();
  await run.saveState();
}

/** Where the new file is gone, a run before moved it and was killed before it could say so. */
async function putInPlace(run: ImportRun): Promise<void> {
  const { resync } = auditsOf(run);
  if (!resync) return;
  await moveFile(pathOf(run, RESYNC), pathOf(run, AUDITS)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  const { cursor, bytes, rows } = resync;
  run.state.modules.AUDITS = { cursor, bytes, rows };
  await run.saveState();
}

function auditsOf(run: ImportRun): AuditsState {
  run.state.modules.AUDITS ??= { cursor: null, bytes: 0, rows: 0 };
  return run.state.modules.AUDITS;
}
