import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const OWNER_ONLY = 0o700;

/**
 * Makes a directory, and those above it that are missing, for their owner alone, whatever the umask. Node's own `recursive`
 * goes on for ever where nothing can be made, as below /proc (nodejs/node, src/node_file.cc, MKDirpSync).
 * @throws Error as the system says it
 */
export function makeDirectory(path: string): void {
  if (isDirectory(path)) return;
  const above = dirname(path);
  if (above !== path) makeDirectory(above);
  try {
    mkdirSync(path, { mode: OWNER_ONLY });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isDirectory(path)) throw error;
    return;
  }
  chmodSync(path, OWNER_ONLY);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
