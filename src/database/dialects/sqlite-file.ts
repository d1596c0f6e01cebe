import { closeSync, fstatSync, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs';
import type { Connection } from './sqlite-connection.js';
import { NeedsHelp } from './unavailable.js';

const GONE =
  'the database file was moved, deleted or replaced while in use: put it back with its -wal and -shm files, or restart the gateway';
const OVERWRITTEN =
  'another program wrote to the database file while in use: stop the gateway, remove the -wal and -shm files, restore the database, and start again';

/** What the first page of a database begins with (https://sqlite.org/fileformat2.html#the_database_header). */
const MAGIC = 'SQLite format 3\0';
const HEADER_LENGTH = 100;

/** Places in the index of the WAL (https://sqlite.org/walformat.html#the_wal_index_file_format). */
const SALT = { from: 32, to: 40 };
const CHECKPOINTED = 96;
const CHECKPOINT_BEGUN = 128;
const INDEX_LENGTH = 136;

/** How far checkpoints have come: the only way in which SQLite writes to a database file in WAL mode. */
interface Progress {
  readonly state: string;
  /** Whether one is under way, which has written some of its pages. */
  readonly isPartial: boolean;
}

/** The database file when it was last found in order. */
interface Seen {
  readonly size: number;
  readonly modified: number;
  readonly checkpoints: string;
  readonly pages: Buffer;
}

/**
 * The file that connections have open. Tells whether another one has taken its place, and whether another program has
 * written to it: SQLite notices neither, and would go on to acknowledge rows that nobody finds after a restart.
 *
 * Any write to the file changes its modification time. If no checkpoint did that, some pages are compared: those
 * that change with nearly every transaction. So what is written over the file is found out unless a checkpoint runs between
 * two looks as well, or what was written is a copy that no checkpoint has changed since; a new time alone is nothing.
 *
 * The system takes all of a process's locks away from a file when the process closes it once (https://sqlite.org/howtocorrupt.html,
 * section 2.2). So the file is opened once for all databases of the process, and closed after their connections.
 */
export class SqliteFile {
  static readonly #open = new Map<string, SqliteFile>();

  readonly dev: number;
  readonly ino: number;
  readonly #key: string;
  readonly #file: number;
  readonly #places = new Map<string, Pick<Stats, 'dev' | 'ino'>>();
  #index: number | undefined;
  #pageSize = 0;
  #pageNumbers: number[] = [];
  #seen: Seen | undefined;
  #isOverwritten = false;
  #users = 0;

  private constructor(path: string, key: string) {
    this.#key = key;
    this.#file = openSync(path, 'r');
    const { dev, ino } = fstatSync(this.#file);
    this.dev = dev;
    this.ino = ino;
    this.#places.set(path, { dev, ino });
  }

  /** The file at a path, before connections to it are opened. Call `release` when they are closed. */
  static acquire(path: string): SqliteFile {
    const { dev, ino } = statSync(path);
    const key = `${path} ${dev} ${ino}`;
    const file = SqliteFile.#open.get(key) ?? new SqliteFile(path, key);
    SqliteFile.#open.set(key, file);
    file.#users++;
    return file;
  }

  release(): void {
    if (--this.#users > 0) return;
    SqliteFile.#open.delete(this.#key);
    closeSync(this.#file);
    if (this.#index !== undefined) closeSync(this.#index);
  }

  /**
   * Begins to watch, with the first connection that writes.
   * @throws NeedsHelp as `check` does
   */
  watch(connection: Connection): void {
    if (this.#seen === undefined) {
      // From here on all that checkpoints have begun is finished, and the files beside this one are there.
      connection.pragma('wal_checkpoint(PASSIVE)');
      const [path] = this.#places.keys();
      const real = realpathSync(path!);
      for (const beside of [`${real}-wal`, `${real}-shm`]) this.#places.set(beside, statSync(beside));
      this.#index = openSync(`${real}-shm`, 'r');
      this.#pageSize = connection.pragma('page_size') as number;
      this.#pageNumbers = pagesThatChange(connection);
      this.#seen = this.#look(this.#progress());
    }
    this.check();
  }

  /** @throws NeedsHelp if another program has written to the file: what is read may be of both */
  checkReadable(): void {
    if (this.#isOverwritten) throw new NeedsHelp(OVERWRITTEN);
  }

  /** @throws NeedsHelp if the file is not the one that was opened, or not as the gateway left it */
  check(): void {
    this.checkReadable();
    this.#checkPlaces();
    this.#isOverwritten = !this.#isInOrder();
    this.checkReadable();
  }

  /** @throws NeedsHelp if other files, or none, are where these were */
  #checkPlaces(): void {
    for (const [path, { dev, ino }] of this.#places) {
      let found: Stats | undefined;
      try {
        found = statSync(path, { throwIfNoEntry: false });
      } catch (error) {
        throw new NeedsHelp(GONE, error);
      }
      if (found?.ino !== ino || found.dev !== dev) throw new NeedsHelp(GONE);
    }
  }

  #isInOrder(): boolean {
    const seen = this.#seen!;
    const before = this.#progress();
    const { size, mtimeMs } = fstatSync(this.#file);
    const isUntouched = size === seen.size && mtimeMs === seen.modified;
    if (isUntouched && before.state === seen.checkpoints) return true;
    const now = this.#look(before);
    if (now.pages.toString('latin1', 0, MAGIC.length) !== MAGIC) return false;
    // Another process may be at a checkpoint: what it writes is judged when it has ended.
    if (before.isPartial || this.#progress().state !== before.state) return true;
    if (before.state === seen.checkpoints && !now.pages.equals(seen.pages)) return false;
    this.#seen = now;
    return true;
  }

  #look({ state }: Progress): Seen {
    const { size, mtimeMs } = fstatSync(this.#file);
    const pages = Buffer.alloc(HEADER_LENGTH + this.#pageNumbers.length * this.#pageSize);
    readSync(this.#file, pages, 0, HEADER_LENGTH, 0);
    for (const [at, number] of this.#pageNumbers.entries()) {
      readSync(this.#file, pages, HEADER_LENGTH + at * this.#pageSize, this.#pageSize, (number - 1) * this.#pageSize);
    }
    return { size, modified: mtimeMs, checkpoints: state, pages };
  }

  #progress(): Progress {
    const index = Buffer.alloc(INDEX_LENGTH);
    readSync(this.#index!, index, 0, INDEX_LENGTH, 0);
    const done = index.toString('hex', CHECKPOINTED, CHECKPOINTED + 4);
    const begun = index.toString('hex', CHECKPOINT_BEGUN, CHECKPOINT_BEGUN + 4);
    return { state: `${index.toString('hex', SALT.from, SALT.to)} ${done} ${begun}`, isPartial: done !== begun };
  }
}

/** The first pages of small tables: of the database's id, of positions, and of the marks that a WriteProbe leaves. */
function pagesThatChange(connection: Connection): number[] {
  const names = ['gateway', 'positions', 'commit_marks'];
  const text = `SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name IN (${names.map(() => '?').join(', ')})`;
  return (connection.all(text, names) as { rootpage: number }[]).map(({ rootpage }) => rootpage);
}
