import { readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../../config.js';
import { databaseFiles } from '../../database/open.js';
import { pluralize } from '../../lib/pluralize.js';
import type { Check } from './check.js';

/** What makes a file a leak: everybody may read or write it, or the group may write it. */
const OPEN_FILE = 0o027;
/** What lets others put a file in the place of another; that everybody may look for names is no harm. */
const OPEN_DIRECTORY = 0o022;
const STICKY = 0o1000;

interface Open {
  readonly path: string;
  readonly mode: number;
  readonly advice: string;
}

/** Looks at who else may read or change the files that hold secrets, and those of a connector that writes to `out`. */
export function checkFiles({ databaseUrl, tls }: Config, out?: string): Check[] {
  // Windows has no such modes.
  if (process.platform === 'win32') return [];
  const database = databaseFiles(databaseUrl);
  const written = out === undefined ? [] : filesIn(out);
  const files = [...database, '.env', ...(tls ? [tls.keyFile] : []), ...written];
  const directories = [...database.slice(0, 1).map((path) => dirname(path)), ...(out === undefined ? [] : [out])];
  const looked = [
    ...files.map((path) => ({ path, found: look(path), isOpen: isOpenFile, advice: 'chmod 600' })),
    ...directories.map((path) => ({ path, found: look(path), isOpen: isOpenDirectory, advice: 'chmod 700' })),
  ].filter(({ found }) => found !== undefined);
  const open = looked.flatMap(({ path, found, isOpen, advice }) =>
    isOpen(found!) ? [{ path, mode: found!.mode & 0o777, advice }] : [],
  );
  if (open.length > 0) return open.map(warning);
  return [
    { name: 'files', passed: true, detail: `${pluralize(looked.length, 'file')} looked at, none is open to others` },
  ];
}

function warning({ path, mode, advice }: Open): Check {
  const detail = `${path} is open to others (mode ${mode.toString(8).padStart(4, '0')}): ${advice} ${quoted(resolve(path))}`;
  return { name: 'files', passed: true, isWarning: true, detail };
}

function isOpenFile({ mode }: Stats): boolean {
  return (mode & OPEN_FILE) !== 0;
}

function isOpenDirectory({ mode }: Stats): boolean {
  return (mode & OPEN_DIRECTORY) !== 0 && (mode & STICKY) === 0;
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // What this user cannot look at is closed to it.
    return undefined;
  }
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return [];
  }
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
