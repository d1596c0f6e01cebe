import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { raw, type Sql, default as sql } from 'sql-template-tag';
import { AppError } from '../../lib/app-error.js';
import { yieldIfLong } from '../../lib/event-loop.js';
import { makeDirectory } from '../../lib/make-directory.js';
import { timed } from '../../lib/timed.js';
import type { Database, Db, Rows, Transaction } from '../db.js';
import type { WrittenForm, WrittenRow } from '../written-rows.js';
import type { Dialect } from './dialect.js';
import type { DatabaseLimits, Engine } from './engine.js';
import { SqliteApart } from './sqlite-apart.js';
import { codeOf, isBusy, toRefusal } from './sqlite-errors.js';
import { withLockFile } from './sqlite-lock-file.js';
import { selectWritten, writtenRow } from './sqlite-text.js';
import { retryLater, WriterTurns } from './sqlite-turns.js';

/** SQLite in a file, in WAL mode: one writer, and readers that never wait for it. */
export function sqliteEngine(path: string): Engine {
  if (path === '' || path.includes(':memory:')) throw new Error('DATABASE_URL: sqlite: needs the path of a file');
  return {
    open: async (limits) => new SqliteDatabase(path, limits),
    exists: () => existsSync(path),
    dataSourceOptions: async () => ({ type: 'better-sqlite3', database: path, enableWAL: true }),
    exclusively: (work) => withLockFile(`${path}.migrate`, work),
  };
}

const dialect: Dialect = {
  timeText: (column) => column,
  timeValue: (time) => time,
  selectWritten,
  useIndex: (index) => `INDEXED BY ${index}`,
  useKey: (table) => `INDEXED BY sqlite_autoindex_${table}_1`,
  joinInOrder: 'CROSS JOIN',
  // A transaction has the whole database to itself.
  forUpdate: '',
  rowsBehind: (column, key, value, id, direction) =>
    sql`(${raw(column)}, ${raw(key)}) ${raw(direction === 'ASC' ? '>' : '<')} (${value}, ${id})`,
  clock: "CAST(ROUND(unixepoch('now', 'subsec') * 1000) AS INTEGER)",
  stretchOf: (column, seconds) => `((unixepoch(${column}) + ${FROM_YEAR_0_TO_1970}) / ${seconds})`,
  addWhereKnown: (table, key, column) =>
    `ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${column} = ${table}.${column} + excluded.${column}`,
  leaveKnown: () => 'ON CONFLICT DO NOTHING',
  // All at once costs it less than a few.
  deleteSome: (table) => `DELETE FROM ${table}`,
  // A statement has the process to itself.
  rowsAtOnce: 1_000,
  mayLoseCommits: false,
  mayRunAgain: (error) => lostRaces.has(codeOf(error) ?? '') || isBusy(error),
};

/** Rows that go in between two looks at the time. */
const ROWS_BETWEEN_LOOKS = 32;

/** Seconds. */
const FROM_YEAR_0_TO_1970 = 62_167_219_200;

const lostRaces: ReadonlySet<string> = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

/** One connection to the file, with its prepared statements. */
class Connection {
  readonly #handle: Sqlite.Database;
  /** Those of long lists would be large, and are hardly ever the same. */
  readonly #statements = new LRUCache<string, Sqlite.Statement>({
    max: 300,
    maxSize: 1_000_000,
    sizeCalculation: (_, text) => text.length,
  });

  constructor(path: string, options: Sqlite.Options) {
    // Another process that opens or closes the file holds it for a moment, from readers too.
    this.#handle = new Sqlite(path, { ...options, timeout: 5_000 });
    // NORMAL would lose the last commits at a power cut, and give their positions to other rows.
    this.#handle.pragma('synchronous = FULL');
    this.#handle.pragma('foreign_keys = ON');
    this.#handle.pragma('cache_size = -65536');
  }

  static writer(path: string): Connection {
    const connection = new Connection(path, {});
    connection.#handle.pragma('journal_mode = WAL');
    // From here on `beginImmediate` waits, which lets the process go on meanwhile.
    connection.#handle.pragma('busy_timeout = 0');
    return connection;
  }

  /** False also where SQLite itself has rolled a transaction back, as it does when the disk is full. */
  get inTransaction(): boolean {
    return this.#handle.inTransaction;
  }

  all(text: string, values: readonly unknown[]): unknown[] {
    return this.#use(text, (statement) => statement.all(...values.map(bindable)));
  }

  run(text: string, values: readonly unknown[] = []): Sqlite.RunResult {
    return this.#use(text, (statement) => statement.run(...values.map(bindable)));
  }

  close(): void {
    this.#statements.clear();
    this.#handle.close();
  }

  /** @throws Unavailable where the file is at fault */
  #use<T>(text: string, use: (statement: Sqlite.Statement) => T): T {
    try {
      return use(this.#prepare(text));
    } catch (error) {
      throw toRefusal(error);
    }
  }

  #prepare(text: string): Sqlite.Statement {
    let statement = this.#statements.get(text);
    if (!statement) {
      statement = this.#handle.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}

class SqliteDatabase implements Database {
  readonly dialect = dialect;
  readonly origin = this;
  // A statement has the process to itself, on whatever connection: there is nothing to wait for.
  readonly forConnectors = this;
  readonly load = { inUse: 0, waiting: 0 };
  readonly apart: SqliteApart;
  readonly #writer: Connection;
  readonly #reader: Connection;
  readonly #turn = new WriterTurns();
  readonly #limits: DatabaseLimits;

  constructor(path: string, limits: DatabaseLimits) {
    makeDirectory(dirname(path));
    this.#writer = Connection.writer(path);
    this.#reader = new Connection(path, { readonly: true });
    this.#limits = limits;
    this.apart = new SqliteApart(this, path, limits.statementTimeout);
  }

  async query<Row>(statement: Sql): Promise<Row[]> {
    return this.#reader.all(statement.sql, statement.values) as Row[];
  }

  async queryWritten<Keys>(statement: Sql, _form: WrittenForm): Promise<(WrittenRow & Keys)[]> {
    return (await this.query<{ text: Buffer }>(statement)).map(writtenRow<Keys>);
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
      await this.#beginImmediate(deadline);
    } catch (error) {
      release();
      throw error;
    }
    return new SqliteTransaction(this, this.#writer, release);
  }

  async close(): Promise<void> {
    const release = await this.#turn.acquire();
    await this.apart.close();
    this.#reader.close();
    this.#writer.close();
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

  constructor(
    readonly origin: Db,
    readonly connection: Connection,
    readonly release: () => void,
  ) {}

  async query<Row>(statement: Sql): Promise<Row[]> {
    await yieldIfLong();
    return this.#connection().all(statement.sql, statement.values) as Row[];
  }

  timed<Row>(statement: Sql) {
    return timed(() => this.query<Row>(statement));
  }

  async queryWritten<Keys>(statement: Sql, _form: WrittenForm): Promise<(WrittenRow & Keys)[]> {
    return (await this.query<{ text: Buffer }>(statement)).map(writtenRow<Keys>);
  }

  async execute(statement: Sql): Promise<number> {
    await yieldIfLong();
    return this.#connection().run(statement.sql, statement.values).changes;
  }

  async insert(statement: Sql): Promise<number> {
    return Number(this.#connection().run(statement.sql, statement.values).lastInsertRowid);
  }

  async insertRows(table: string, columns: readonly string[], rows: Rows): Promise<void> {
    const text = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
    let left = 0;
    for (const row of rows) {
      // Other work of the process goes on meanwhile; who wants to write waits for this transaction.
      if (left-- === 0) {
        await yieldIfLong();
        left = ROWS_BETWEEN_LOOKS;
      }
      this.#connection().run(text, row);
    }
  }

  async commit(): Promise<void> {
    this.#connection().run('COMMIT');
    this.#end();
  }

  async rollback(): Promise<void> {
    if (!this.#open) return;
    try {
      if (this.connection.inTransaction) this.connection.run('ROLLBACK');
    } finally {
      this.#end();
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

function bindable(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}
