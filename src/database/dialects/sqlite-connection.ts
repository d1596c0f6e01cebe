import Sqlite from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { yieldIfLong } from '../../lib/event-loop.js';
import { toRefusal } from './sqlite-errors.js';

/** Rows that are read between two looks at the time. */
const ROWS_BETWEEN_LOOKS = 32;

/** One connection to the file, with its prepared statements. */
export class Connection {
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

  /** False also if SQLite itself has rolled a transaction back, as it does when the disk is full. */
  get inTransaction(): boolean {
    return this.#handle.inTransaction;
  }

  all(text: string, values: readonly unknown[]): unknown[] {
    return this.#use(text, (statement) => statement.all(...values.map(bindable)));
  }

  /** Reads rows in slices. No other statement runs on the connection meanwhile. */
  async allInSlices(text: string, values: readonly unknown[]): Promise<unknown[]> {
    const rows: unknown[] = [];
    const read = this.#use(text, (statement) => statement.iterate(...values.map(bindable)));
    try {
      for (let next = read.next(); !next.done; next = read.next()) {
        rows.push(next.value);
        if (rows.length % ROWS_BETWEEN_LOOKS === 0) await yieldIfLong();
      }
    } catch (error) {
      throw toRefusal(error);
    } finally {
      read.return?.();
    }
    return rows;
  }

  run(text: string, values: readonly unknown[] = []): Sqlite.RunResult {
    return this.#use(text, (statement) => statement.run(...values.map(bindable)));
  }

  /** Reads or sets a setting of the connection: its value. */
  pragma(text: string): unknown {
    try {
      return this.#handle.pragma(text, { simple: true });
    } catch (error) {
      throw toRefusal(error);
    }
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

function bindable(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}
