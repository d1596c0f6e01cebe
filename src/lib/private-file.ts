import { chmodSync, closeSync, constants, fchmodSync, lstatSync, openSync, type Stats, statSync } from 'node:fs';

/** The mode of a file that only its owner may read and write. */
export const OWNER_ONLY = 0o600;

/** The rights of everybody who is neither the owner nor in the group. */
const EVERYBODY = 0o007;

/**
 * Makes an empty file that only its owner may read, whatever the umask, unless it is there. A file that is there is not opened:
 * closing it would take away the locks that SQLite holds on it.
 * @throws Error if it is no regular file, or a link that something would be made through
 */
export function makePrivateFile(path: string): void {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, OWNER_ONLY);
    fchmodSync(file, OWNER_ONLY);
    closeSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    refuseOther(path);
  }
}

/** Takes the rights of everybody away from a file that this user owns; what is no regular file is left alone. */
export function closeToEverybody(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || (found.mode & EVERYBODY) === 0 || !isOwn(found)) return;
  chmodSync(path, OWNER_ONLY);
}

/** The mode of a file that takes the place of another: who may read is kept, unless everybody may. */
export function modeInPlaceOf(mode: number | undefined): number {
  return mode === undefined || (mode & EVERYBODY) !== 0 ? OWNER_ONLY : OWNER_ONLY | (mode & 0o060);
}

/** An existing file may be a link, by which an administrator keeps it elsewhere; one to nothing may be a trap. */
function refuseOther(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found && !found.isFile()) throw new Error(`${path} is no regular file: remove it, or set another path`);
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (isLink && !found?.size) {
    throw new Error(`${path} is a link to a file that is missing or empty, and is not followed: remove the link`);
  }
}

/** Windows knows no owner of that kind, and no such modes. */
function isOwn({ uid }: Stats): boolean {
  return process.geteuid?.() === uid;
}
