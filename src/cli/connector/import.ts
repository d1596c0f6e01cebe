import { makeDirectory } from '../../lib/make-directory.js';
import { importAudits } from './audits-import.js';
import type { ImportRun } from './import-run.js';
import { lockDirectory } from './lock.js';
import { AUDITS, RESOURCES, USER_ACCOUNTS } from './modules.js';
import { openState } from './open-state.js';
import { type ConnectorOptions, checkOptions } from './options.js';
import { explained } from './refusals.js';
import { rowFormat } from './row-format.js';
import { askSeen } from './seen.js';
import { importSnapshot, type SnapshotModule } from './snapshot-import.js';
import { saveState } from './state.js';
import type { ModuleResult } from './tally.js';

export type { ConnectorOptions, ConnectorProgress } from './options.js';
export type { ModuleResult } from './tally.js';

/**
 * Brings the files in a directory up to date with the gateway: all rows at the first run, what is new and deleted at a
 * later one. It may be killed at any moment; run again it goes on, with every row once. Throws ConnectorError for what its
 * caller can act on, and the reason of `signal`.
 */
export async function runConnector(options: ConnectorOptions): Promise<ModuleResult[]> {
  const wanted = checkOptions(options);
  makeDirectory(options.out);
  const release = await lockDirectory(options.out);
  try {
    const state = await openState(options.out, wanted);
    const isFirst = Object.keys(state.modules).length === 0;
    const run: ImportRun = {
      out: options.out,
      format: rowFormat(wanted.format, wanted.safe),
      gateway: {
        endpoint: wanted.endpoint,
        token: options.token,
        retryBaseMs: options.retryBaseMs ?? 500,
        idleMs: options.idleMs ?? 90_000,
        longestMs: options.longestMs ?? 30 * 60_000,
        maxAnswerBytes: options.maxAnswerBytes ?? 256 * 1024 * 1024,
      },
      pageSize: options.pageSize,
      state,
      saveState: () => saveState(options.out, state),
      resync: wanted.resync,
      signal: options.signal ?? new AbortController().signal,
      onPage: ({ module, rows, rowsPerSecond }, caughtUp) =>
        options.onProgress?.({ module, rows, rowsPerSecond, caughtUp }),
    };
    const results = [
      await importModule(run, RESOURCES),
      await importModule(run, USER_ACCOUNTS),
      await importModule(run, AUDITS),
    ];
    const isLittle = isFirst || results.some(({ total }) => total === 0);
    if (isLittle && options.onSeen) options.onSeen(await askSeen(run.gateway, run.signal));
    return results;
  } finally {
    await release();
  }
}

async function importModule(run: ImportRun, module: SnapshotModule | typeof AUDITS): Promise<ModuleResult> {
  run.signal.throwIfAborted();
  try {
    return await (module.name === 'AUDITS' ? importAudits(run) : importSnapshot(run, module));
  } catch (error) {
    throw explained(error, module.name);
  }
}
