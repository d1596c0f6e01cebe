import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { OWNER_ONLY } from '../../lib/private-file.js';
import { ConnectorError } from './connector-error.js';

/** Windows has no such flag, and lets only administrators make links. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** Makes a file that must not be there yet, not even as a link; only its owner may read it. */
export function createPrivate(path: string): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  return open(path, O_WRONLY | O_CREAT | O_EXCL | NO_FOLLOW, OWNER_ONLY);
}

/** Opens a file to append to, and makes it if it is missing. Throws ConnectorError if it is a link or no regular file. */
export async function openToAppend(path: string): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NONBLOCK = 0 } = constants;
  const handle = await openRegular(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK);
  const { mode } = await handle.stat();
  if ((mode & 0o007) !== 0) await handle.chmod(OWNER_ONLY);
  return handle;
}

/** Opens a file to read. Throws ConnectorError if it is a link or no regular file. */
export function openToRead(path: string): Promise<FileHandle> {
  const { O_RDONLY, O_NONBLOCK = 0 } = constants;
  return openRegular(path, O_RDONLY | O_NONBLOCK);
}

async function openRegular(path: string, flags: number): Promise<FileHandle> {
  const handle = await open(path, flags | NO_FOLLOW, OWNER_ONLY).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ELOOP' || error.code === 'ENXIO' ? notRegular(path) : error;
  });
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw notRegular(path);
}

function notRegular(path: string): ConnectorError {
  return new ConnectorError(
    `${path} is a link, or no regular file: the connector does not follow it. Remove it, or import into an empty directory.`,
  );
}
