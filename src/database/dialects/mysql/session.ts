import type { Readable } from 'node:stream';
import type { Pool, PoolConnection, QueryOptions, ResultSetHeader } from 'mysql2';
import mysql from 'mysql2/promise';
import type { Sql } from 'sql-template-tag';
import type { EncodedForm, EncodedRow } from '../../row-encoding.js';
import type { DatabaseLimits } from '../engine.js';
import { Unavailable } from '../unavailable.js';
import { isFatal, toRefusal } from './errors.js';
import type { HealthProbe } from './health-probe.js';
import { type EncodeRows, UnreadableRows } from './row-encoder/encode-rows.js';

/** What the program needs to know of the server that it speaks to. */
export interface Server {
  readonly mariadb: boolean;
  /** Whether rows may be sent as a file, by LOAD DATA LOCAL. */
  readonly takesFiles: boolean;
  /** The statement that every connection begins with. */
  sessionSettings(statementTimeout: number): string;
}

/** @throws Error where the server cannot be reached or is too old */
export async function readServer(options: mysql.ConnectionOptions): Promise<Server> {
  const connection = await mysql.createConnection(options);
  try {
    const [rows] = await connection.query('SELECT VERSION() AS version, @@local_infile AS localInfile');
    const { version, localInfile } = (rows as { version: string; localInfile: number }[])[0]!;
    const mariadb = /mariadb/i.test(version);
    return {
      mariadb,
      takesFiles: localInfile === 1,
      sessionSettings: (statementTimeout) => sessionSettings(mariadb, statementTimeout),
    };
  } finally {
    connection.destroy();
  }
}

/**
 * READ COMMITTED: a transaction that waited for a position's lock must see what the holder before it committed.
 * The five seconds keep a frozen copy of the program from holding the others up.
 */
function sessionSettings(mariadb: boolean, statementTimeout: number): string {
  const settings = [
    "time_zone = '+00:00'",
    "sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ENGINE_SUBSTITUTION'",
    'innodb_lock_wait_timeout = 5',
    ...(mariadb
      ? [
          "tx_isolation = 'READ-COMMITTED'",
          'idle_write_transaction_timeout = 5',
          `max_statement_time = ${statementTimeout / 1000}`,
        ]
      : ["transaction_isolation = 'READ-COMMITTED'", `max_execution_time = ${statementTimeout}`]),
  ];
  return `SET ${settings.map((setting) => `SESSION ${setting}`).join(', ')}`;
}

/** Of each pool: counted here, since the driver does not tell. */
interface PoolLoad {
  inUse: number;
  waiting: number;
}

/** What the sessions of a database have in common. */
export interface SessionOptions {
  readonly probe: HealthProbe;
  readonly limits: DatabaseLimits;
  readonly encodeRows: EncodeRows;
}

/** A connection of the pool while somebody has it. No statement on it takes longer than its time, whatever the server does. */
export class MysqlSession {
  readonly #connection: PoolConnection;
  readonly #load: PoolLoad;
  readonly #probe: HealthProbe;
  readonly #statementTimeout: number;
  readonly #encodeRows: EncodeRows;
  #broken = false;

  private constructor(connection: PoolConnection, load: PoolLoad, { probe, limits, encodeRows }: SessionOptions) {
    this.#connection = connection;
    this.#load = load;
    load.inUse += 1;
    this.#probe = probe;
    this.#statementTimeout = limits.statementTimeout;
    this.#encodeRows = encodeRows;
  }

  static async acquire(pool: Pool, load: PoolLoad, options: SessionOptions): Promise<MysqlSession> {
    const { probe, limits } = options;
    probe.check();
    load.waiting += 1;
    const pending = connectionOf(pool);
    try {
      const connection = await probe.watch(
        pending,
        limits.acquireTimeout,
        'no database connection became free in time',
      );
      return new MysqlSession(connection, load, options);
    } catch (error) {
      // It may still come, and would be lost to the pool.
      pending.then((late) => late.release()).catch(() => {});
      throw notAcquired(error);
    } finally {
      load.waiting -= 1;
    }
  }

  async query<Row>(statement: Sql): Promise<Row[]> {
    return (await this.#run(statement)) as Row[];
  }

  async queryEncoded<Keys>(statement: Sql, form: EncodedForm): Promise<(EncodedRow & Keys)[]> {
    return this.#watch(this.#encodeRows<Keys>(this.#connection, statement, form));
  }

  async execute(statement: Sql): Promise<number> {
    return ((await this.#run(statement)) as ResultSetHeader).affectedRows;
  }

  async insert(statement: Sql): Promise<number> {
    return ((await this.#run(statement)) as ResultSetHeader).insertId;
  }

  async command(text: string): Promise<void> {
    await this.#run({ sql: text, values: [] });
  }

  /** Runs a statement that reads its rows from `file`; how it went. */
  async load(text: string, file: () => Readable): Promise<ResultSetHeader> {
    return (await this.#run({ sql: text, values: [] }, { infileStreamFactory: file })) as ResultSetHeader;
  }

  /** The text of a value in a statement. */
  escape(value: unknown): string {
    return this.#connection.escape(value);
  }

  release(): void {
    if (this.#broken) return;
    this.#load.inUse -= 1;
    this.#connection.release();
  }

  destroy(): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#load.inUse -= 1;
    this.#connection.destroy();
  }

  async #run({ sql, values }: Pick<Sql, 'sql' | 'values'>, options: Partial<QueryOptions> = {}): Promise<unknown> {
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#connection.query({ ...options, sql, values }, (error, result) => (error ? reject(error) : resolve(result)));
    });
    return this.#watch(answer);
  }

  async #watch<T>(answer: Promise<T>): Promise<T> {
    // The server ends a statement that takes too long; the second more is for a server that does not answer at all.
    try {
      return await this.#probe.watch(answer, this.#statementTimeout + 1_000, 'the database did not answer in time');
    } catch (error) {
      if (error instanceof UnreadableRows || error instanceof Unavailable || isFatal(error)) this.destroy();
      throw toRefusal(error);
    }
  }
}

function connectionOf(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
  });
}

function notAcquired(error: unknown): Unavailable {
  if (error instanceof Unavailable) return error;
  const isFull = (error as Error).message === 'Queue limit reached.';
  return new Unavailable(isFull ? 'too many requests wait for the database' : 'the database cannot be reached', error);
}
