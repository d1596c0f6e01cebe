import { readdir } from 'node:fs/promises';
import { ConnectorError } from './connector-error.js';
import { AUDITS, RESOURCES, USER_ACCOUNTS } from './modules.js';
import type { CheckedOptions } from './options.js';
import type { FormatName } from './row-format.js';
import { type ConnectorState, freshResync, loadState, saveState } from './state.js';

/**
 * The state to go on from; a new one is written before anything else, so that files without one are never ours. Throws
 * ConnectorError, with what to do, where the directory was begun with other options.
 */
export async function openState(directory: string, wanted: CheckedOptions): Promise<ConnectorState> {
  const found = await loadState(directory);
  if (found === null) await refuseForeignFiles(directory, wanted.format);
  else refuseOtherOptions(directory, found, wanted);
  const { endpoint: url, format, safe } = wanted;
  const state: ConnectorState = found ?? { version: 1, url, format, since: null, safe, modules: {} };
  state.since = wanted.since ?? state.since;
  const { AUDITS: audits } = state.modules;
  if (audits && wanted.resync.has('AUDITS')) audits.resync = freshResync();
  await saveState(directory, state);
  return state;
}

async function refuseForeignFiles(directory: string, format: FormatName): Promise<void> {
  const names = await readdir(directory);
  const taken = [RESOURCES, USER_ACCOUNTS, AUDITS].map(({ file }) => `${file}.${format}`);
  const foreign = taken.find((name) => names.includes(name));
  if (foreign === undefined) return;
  throw new ConnectorError(
    `${directory} holds ${foreign} but no state.json: it is not overwritten. Remove the file or import into an empty directory.`,
  );
}

function refuseOtherOptions(directory: string, found: ConnectorState, wanted: CheckedOptions): void {
  if (found.url !== wanted.endpoint) {
    throw new ConnectorError(
      `${directory} was begun with the gateway ${found.url}. Give that --url, or import into another directory.`,
    );
  }
  if (found.format !== wanted.format) {
    throw new ConnectorError(
      `${directory} was begun with --format ${found.format}. Give that, or import into another directory.`,
    );
  }
  if ((found.safe ?? false) !== wanted.safe) {
    const [begun, advice] = wanted.safe ? ['without --safe', 'Leave --safe out'] : ['with --safe', 'Give --safe'];
    throw new ConnectorError(`${directory} was begun ${begun}. ${advice}, or import into another directory.`);
  }
  const begun = found.modules.AUDITS !== undefined && !wanted.resync.has('AUDITS');
  if (begun && wanted.since !== null && wanted.since !== found.since) {
    const before = found.since === null ? 'without --since' : `with --since ${found.since}`;
    throw new ConnectorError(
      `${directory} was begun ${before}. Leave --since out to go on, add --resync AUDITS to import that period anew, or import into another directory.`,
    );
  }
}
