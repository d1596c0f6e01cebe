import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { modeInPlaceOf } from '../../lib/private-file.js';
import { createPrivate } from './private-file.js';

const BUFFER_LENGTH = 1 << 20;

/**
 * Puts a whole file in the place of another: at every moment, even that of a power cut, the name has either the old content
 * or the new one.
 */
export async function replaceFile(path: string, parts: Iterable<string>): Promise<void> {
  const temporary = `${path}.tmp`;
  // What a killed run left, or somebody put there, is removed: nothing is written through it.
  await rm(temporary, { force: true });
  const handle = await createPrivate(temporary);
  try {
    await handle.chmod(modeInPlaceOf(await modeOf(path)));
    await writeParts(handle, parts);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await moveFile(temporary, path);
}

/** Renames a file and makes the new name last. */
export async function moveFile(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncDirectory(dirname(to));
}

/** Takes away what a run that was killed left of `replaceFile`. */
export async function removeLeftover(path: string): Promise<void> {
  await rm(`${path}.tmp`, { force: true });
}

/** Makes the names in a directory last. Windows knows no such call and needs none. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function modeOf(path: string): Promise<number | undefined> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() ? found.mode : undefined;
}

async function writeParts(handle: FileHandle, parts: Iterable<string>): Promise<void> {
  let buffer = '';
  for (const part of parts) {
    buffer += part;
    if (buffer.length < BUFFER_LENGTH) continue;
    await handle.writeFile(buffer);
    buffer = '';
  }
  await handle.writeFile(buffer);
}
