import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Sql } from 'sql-template-tag';
import { AppError } from '../../lib/app-error.js';
import { yieldIfLong } from '../../lib/event-loop.js';
import { makeDirectory } from '../../lib/make-directory.js';
import { Mutex } from '../../lib/mutex.js';
import { closeToEverybody, makePrivateFile } from '../../lib/private-file.js';
import { timed } from '../../lib/timed.js';
import type { Database, Db, Rows, Transaction } from '../db.js';
import type { EncodedForm, EncodedRow } from '../row-encoding.js';
import type { DatabaseLimits, Engine } from './engine.js';
import { SqliteApart } from './sqlite-apart.js';
import { Connection } from './sqlite-connection.js';
import { dialect } from './sqlite-dialect.js';
import { isBusy } from './sqlite-errors.js';
import { SqliteFile } from './sqlite-file.js';
import { withLockFile } from './sqlite-lock-file.js';
import { encodedRow } from './sqlite-text.js';
import { retryLater, WriterTurns } from './sqlite-turns.js';

/** SQLite in a file, in WAL mode: one writer, and readers that never wait for it. */
export function sqliteEngine(path: string): Engine {
  if (path === '' || path.includes(':memory:')) throw new Error('DATABASE_URL: sqlite: needs the path of a file');
  const lock = `${path}.migrate`;
  // SQLite gives those that it makes beside the database the same mode.
  const files = [path, `${path}-wal`, `${path}-shm`, lock];
  return {
    files,
    open: async (limits) => openFile(path, limits),
    exists: () => existsSync(path),
    dataSourceOptions: async () => {
      makeFile(path);
      return { type: 'better-sqlite3', database: path, enableWAL: true };
    },
    exclusively: (work) => {
      makeFile(lock);
      for (const file of files) closeToEverybody(file);
      return withLockFile(lock, work);
    },
  };
}

function makeFile(path: string): void {
  makeDirectory(dirname(path));
  makePrivateFile(path);
}

function openFile(path: string, limits: DatabaseLimits): SqliteDatabase {
  makeFile(path);
  const file = SqliteFile.acquire(path);
  try {
    return new SqliteDatabase(path, limits, file);
  } catch (error) {
    file.release();
    throw error;
  }
}

/** Rows that go in between two looks at the time. */
const ROWS_BETWEEN_LOOKS = 32;

class SqliteDatabase implements Database {
  readonly dialect = dialect;
  readonly origin = this;
  // A statement has the process to itself, on whatever connection: there is nothing to wait for.
  readonly forConnectors = this;
  readonly notices: readonly string[] = [];
  readonly load = { inUse: 0, waiting: 0 };
  readonly apart: SqliteApart;
  readonly #writer: Connection;
  readonly #reader: Connection;
  readonly #turn = new WriterTurns();
  readonly #limits: DatabaseLimits;
  readonly #file: SqliteFile;

  constructor(path: string, limits: DatabaseLimits, file: SqliteFile) {
    this.#writer = Connection.writer(path);
    this.#reader = new Connection(path, { readonly: true });
    this.#limits = limits;
    this.#file = file;
    this.apart = new SqliteApart(this, path, limits.statementTimeout, file);
    file.watch(this.#writer);
  }

  async query<Row>(statement: Sql): Promise<Row[]> {
    this.#file.checkReadable();
    return this.#reader.all(statement.sql, statement.values) as Row[];
  }

  async queryEncoded<Keys>(statement: Sql, _form: EncodedForm): Promise<(EncodedRow & Keys)[]> {
    return (await this.query<{ text: Buffer }>(statement)).map(encodedRow<Keys>);
  }

  execute(statement: Sql): Promise<number> {
    return this.#once((tx) => tx.execute(statement));
  }

  insert(statement: Sql): Promise<number> {
    return this.#once((tx) => tx.insert(statement));
  }

  insertRows(table: string, columns: readonly string[], rows: Rows): Promise<void> {
    return this.#once((tx) => tx.insertRows(table, columns, rows));
  }

  async begin(): Promise<Transaction> {
    const deadline = performance.now() + this.#limits.acquireTimeout;
    const release = await this.#turn.acquire();
    try {
      this.#file.check();
      await this.#beginImmediate(deadline);
    } catch (error) {
      release();
      throw error;
    }
    return new SqliteTransaction(this, this.#writer, this.#file, release);
  }

  async close(): Promise<void> {
    const release = await this.#turn.acquire();
    await this.apart.close();
    this.#reader.close();
    this.#writer.close();
    this.#file.release();
    release();
  }

  /**
   * Another process may hold the file. Waiting inside SQLite would stop this whole process, so it is asked again. Time spent
   * behind other writers counts: of those that wait for a file that stays locked, nobody waits longer than the first.
   */
  async #beginImmediate(deadline: number): Promise<void> {
    for (;;) {
      try {
        this.#writer.run('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (performance.now() > deadline)
          throw new AppError('UNAVAILABLE', 'another process keeps the database locked', 2);
        await retryLater();
      }
    }
  }

  async #once<T>(write: (tx: Transaction) => Promise<T>): Promise<T> {
    const tx = await this.begin();
    try {
      const result = await write(tx);
      await tx.commit();
      return result;
    } catch (error) {
      await tx.rollback();
      throw error;
    }
  }
}

class SqliteTransaction implements Transaction {
  readonly dialect = dialect;
  readonly apart = this;
  #open = true;
  /** Lets one statement run at a time: while rows are read in slices the connection takes no other. */
  readonly #turn = new Mutex();

  constructor(
    readonly origin: Db,
    readonly connection: Connection,
    readonly file: SqliteFile,
    readonly release: () => void,
  ) {}

  query<Row>(statement: Sql): Promise<Row[]> {
    return this.#inTurn((connection) => connection.allInSlices(statement.sql, statement.values) as Promise<Row[]>);
  }

  timed<Row>(statement: Sql) {
    return timed(() => this.query<Row>(statement));
  }

  async queryEncoded<Keys>(statement: Sql, _form: EncodedForm): Promise<(EncodedRow & Keys)[]> {
    return (await this.query<{ text: Buffer }>(statement)).map(encodedRow<Keys>);
  }

  async execute(statement: Sql): Promise<number> {
    return (await this.#run(statement)).changes;
  }

  async insert(statement: Sql): Promise<number> {
    return Number((await this.#run(statement)).lastInsertRowid);
  }

  insertRows(table: string, columns: readonly string[], rows: Rows): Promise<void> {
    const text = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
    return this.#inTurn(async (connection) => {
      let left = ROWS_BETWEEN_LOOKS;
      for (const row of rows) {
        // Other work of the process goes on meanwhile; who wants to write waits for this transaction.
        if (left-- === 0) {
          await yieldIfLong();
          left = ROWS_BETWEEN_LOOKS;
        }
        connection.run(text, row);
      }
    });
  }

  async commit(): Promise<void> {
    await this.#inTurn((connection) => {
      this.file.check();
      connection.run('COMMIT');
    });
    this.#end();
    // A file that was taken away in between took the transaction with it.
    this.file.check();
  }

  async rollback(): Promise<void> {
    const done = await this.#turn.acquire();
    if (!this.#open) return done();
    try {
      if (this.connection.inTransaction) this.connection.run('ROLLBACK');
    } finally {
      this.#end();
      done();
    }
  }

  #run({ sql, values }: Sql): Promise<ReturnType<Connection['run']>> {
    return this.#inTurn((connection) => connection.run(sql, values));
  }

  /** Runs statements when those before them have ended, and after others had their part of the event loop. */
  async #inTurn<T>(work: (connection: Connection) => T | Promise<T>): Promise<T> {
    const done = await this.#turn.acquire();
    try {
      await yieldIfLong();
      return await work(this.#connection());
    } finally {
      done();
    }
  }

  #connection(): Connection {
    if (!this.#open || !this.connection.inTransaction) throw new Error('the transaction has ended');
    return this.connection;
  }

  #end(): void {
    this.#open = false;
    this.release();
  }
}
