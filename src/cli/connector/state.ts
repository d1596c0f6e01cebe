import { join } from 'node:path';
import { ConnectorError } from './connector-error.js';
import { replaceFile } from './durable-file.js';
import { isRecord, parseJson } from './json.js';
import { openToRead } from './private-file.js';
import type { FormatName } from './row-format.js';

const FILE = 'state.json';

/** How far a module has come whose file is replaced as a whole. */
export interface SnapshotState {
  cursor: string;
  rows: number;
}

/** How far a file has come that only grows: its first `bytes` bytes hold `rows` rows, and the feed goes on at `cursor`. */
export interface AppendState {
  cursor: string | null;
  bytes: number;
  rows: number;
}

/** A new import that is to replace the old one. From `complete` on, its file is moved to the old one's name. */
export interface ResyncState extends AppendState {
  complete: boolean;
}

export interface AuditsState extends AppendState {
  resync?: ResyncState;
}

/** All that a connector remembers between runs. */
export interface ConnectorState {
  /** Raised when the columns or the meaning of the files change. */
  version: 1;
  url: string;
  format: FormatName;
  since: string | null;
  /** Whether formulas are disarmed in the files; left out for those of before there was the choice. */
  safe?: boolean;
  modules: { RESOURCES?: SnapshotState; USER_ACCOUNTS?: SnapshotState; AUDITS?: AuditsState };
}

/** A new import of which nothing is there yet. */
export function freshResync(): ResyncState {
  return { cursor: null, bytes: 0, rows: 0, complete: false };
}

/** The state in a directory, null where there is none. Throws ConnectorError where it cannot be understood. */
export async function loadState(directory: string): Promise<ConnectorState | null> {
  const path = join(directory, FILE);
  const text = await readText(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const state = parseJson(text);
  if (isState(state)) return state;
  throw new ConnectorError(`${path} is damaged or of another version. Import into an empty directory.`);
}

/** Writes the state in one step that lasts: a reader finds the old one or the new one. */
export function saveState(directory: string, state: ConnectorState): Promise<void> {
  return replaceFile(join(directory, FILE), [`${JSON.stringify(state, null, 2)}\n`]);
}

async function readText(path: string): Promise<string> {
  const handle = await openToRead(path);
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function isState(value: unknown): value is ConnectorState {
  if (!isRecord(value) || value.version !== 1 || !isRecord(value.modules)) return false;
  const { RESOURCES: resources, USER_ACCOUNTS: users, AUDITS: audits } = value.modules;
  return (
    typeof value.url === 'string' &&
    (value.format === 'ndjson' || value.format === 'csv') &&
    (value.since === null || typeof value.since === 'string') &&
    (value.safe === undefined || typeof value.safe === 'boolean') &&
    [resources, users].every((module) => module === undefined || isSnapshot(module)) &&
    (audits === undefined || (isAppend(audits) && isResync(audits.resync)))
  );
}

function isSnapshot(value: unknown): boolean {
  return isRecord(value) && typeof value.cursor === 'string' && isCount(value.rows);
}

function isAppend(value: unknown): value is Record<string, unknown> {
  if (!isRecord(value)) return false;
  const { cursor, bytes, rows } = value;
  return (cursor === null || typeof cursor === 'string') && isCount(bytes) && isCount(rows);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isResync(value: unknown): boolean {
  return value === undefined || (isAppend(value) && typeof value.complete === 'boolean');
}
