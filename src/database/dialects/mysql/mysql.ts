import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createPool, type Pool } from 'mysql2';
import mysql from 'mysql2/promise';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { DataSourceOptions } from 'typeorm';
import { timed } from '../../../lib/timed.js';
import type { Database, Db, Rows, Transaction } from '../../db.js';
import type { EncodedForm, EncodedRow } from '../../row-encoding.js';
import type { Dialect } from '../dialect.js';
import type { Engine } from '../engine.js';
import { insertRows, RowsLeftOut } from './bulk.js';
import { Errors, errnoOf } from './errors.js';
import { HealthProbe } from './health-probe.js';
import { chooseRowEncoder } from './row-encoder/choose.js';
import { selectedValues } from './row-encoder/layout.js';
import { MysqlSession, readServer, type Server, type SessionOptions } from './session.js';

/** MySQL 8 and MariaDB 10.6 or later. */
export function mysqlEngine(url: URL): Engine {
  const options = connectionOptions(url);
  return {
    files: [],
    open: async (limits) => {
      const server = await readServer(options);
      const { encodeRows, error: problem } = await chooseRowEncoder(options, limits.rowEncoder);
      const probe = new HealthProbe(options);
      await probe.isAlive();
      const notices = problem === undefined ? [] : [slowRows(problem)];
      return new MysqlDatabase({ options, server, probe, limits, encodeRows, notices });
    },
    exists: () => true,
    dataSourceOptions: async () => dataSourceOptions(options, await readServer(options)),
    exclusively: (work) => withNamedLock(options, work),
  };
}

function slowRows(problem: string): string {
  return `the fast row encoder does not work here, so rows are encoded by the slower one: ${problem}; ROW_ENCODER=plain accepts that`;
}

function connectionOptions(url: URL): mysql.ConnectionOptions {
  const database = decodeURIComponent(url.pathname.slice(1));
  if (!database) throw new Error('DATABASE_URL names no database: mysql://user:password@host:3306/name');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    stringifyObjects: true,
    connectTimeout: 5_000,
    flags: ['LOCAL_FILES'],
    ...transport(url),
  };
}

/** `?ssl=true` asks for TLS and a certificate that the system trusts, `?ssl-ca=FILE` for one that the file vouches for. */
function transport(url: URL): mysql.ConnectionOptions {
  const { 'ssl-ca': ca, ssl, ...unknown } = Object.fromEntries(url.searchParams);
  const [name] = Object.keys(unknown);
  if (name !== undefined || (ssl !== undefined && ssl !== 'true')) {
    throw new Error(`DATABASE_URL: ${name ?? `ssl=${ssl}`} is not known; after ? there may be ssl=true or ssl-ca=FILE`);
  }
  // The driver compares a certificate with names only; of an address it checks who vouches for the certificate.
  const verified = { minVersion: 'TLSv1.2', verifyIdentity: isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 };
  if (ca !== undefined) return { ssl: { ca: readFileSync(ca), ...verified } };
  return ssl ? { ssl: verified } : {};
}

function dataSourceOptions(options: mysql.ConnectionOptions, server: Server): DataSourceOptions {
  return {
    type: server.mariadb ? 'mariadb' : 'mysql',
    host: options.host!,
    port: options.port!,
    username: options.user!,
    password: options.password!,
    database: options.database!,
    charset: 'utf8mb4',
    timezone: 'Z',
    ...(options.ssl && { ssl: options.ssl }),
    extra: { connectionLimit: 2 },
  };
}

const dialect: Dialect = {
  timeText: (column) => `CONCAT(INSERT(${column}, 11, 1, 'T'), 'Z')`,
  timeValue: (time) => `${time.slice(0, 10)} ${time.slice(11, 23)}`,
  textLength: (column) => `CHAR_LENGTH(${column})`,
  selectEncoded: (form) => selectedValues(form).join(', '),
  useIndex: (index) => `FORCE INDEX (${index})`,
  useKey: () => 'FORCE INDEX (PRIMARY)',
  joinInOrder: 'STRAIGHT_JOIN',
  forUpdate: 'FOR UPDATE',
  forShare: 'LOCK IN SHARE MODE',
  rowsAfter,
  clock: 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)',
  stretchOf: (column, seconds) => `(TO_SECONDS(${column}) DIV ${seconds})`,
  addWhereKnown: (table, _key, column) => `ON DUPLICATE KEY UPDATE ${column} = ${table}.${column} + VALUES(${column})`,
  leaveKnown: (column) => `ON DUPLICATE KEY UPDATE ${column} = ${column}`,
  deleteSome: (table) => `DELETE FROM ${table} LIMIT 20000`,
  // With more of them, what they are grouped into is no longer held in memory: 16 MiB where nothing else is set.
  rowsAtOnce: 10_000,
  mayLoseCommits: true,
  mayRunAgain: (error) => error instanceof RowsLeftOut || runAgain.has(errnoOf(error)),
};

const runAgain: ReadonlySet<number> = new Set([Errors.LOCK_DEADLOCK, Errors.LOCK_WAIT_TIMEOUT, Errors.DUP_ENTRY]);

/**
 * Read as two ranges of the index, each from its own place and in its order, also behind equal columns and within a
 * range of time. The row constructor (column, key) > (value, id) says the same, but is no range to the engine: it reads
 * the index from where the other conditions begin.
 */
function rowsAfter(column: string, key: string, value: string | number, id: number, direction: 'ASC' | 'DESC'): Sql {
  const beyond = raw(direction === 'ASC' ? '>' : '<');
  return sql`(${raw(column)} ${beyond} ${value} OR (${raw(column)} = ${value} AND ${raw(key)} ${beyond} ${id}))`;
}

/** What the pools of a database have in common. */
interface Shared extends SessionOptions {
  readonly options: mysql.ConnectionOptions;
  readonly server: Server;
  readonly notices: readonly string[];
}

/** Requests that may wait for a connection of a pool. */
const QUEUE = 1_000;

class MysqlDatabase implements Database {
  readonly dialect = dialect;
  readonly apart = this;
  readonly origin: Db;
  readonly forConnectors: Database;
  readonly load = { inUse: 0, waiting: 0 };
  readonly notices: readonly string[];
  readonly #pool: Pool;
  readonly #shared: Shared;

  constructor(shared: Shared, origin?: MysqlDatabase) {
    const { options, server, limits } = shared;
    this.#shared = shared;
    this.notices = shared.notices;
    this.#pool = createPool({ ...options, connectionLimit: limits.connections, queueLimit: QUEUE });
    // The first statement of a connection, so that nothing runs on it with other settings.
    this.#pool.on('connection', (connection) => {
      connection.query(server.sessionSettings(limits.statementTimeout), (error) => {
        if (error) connection.destroy();
      });
    });
    this.origin = origin ?? this;
    this.forConnectors = origin ? this : new MysqlDatabase(shared, this);
  }

  query<Row>(statement: Sql): Promise<Row[]> {
    return this.#withSession((session) => session.query<Row>(statement));
  }

  timed<Row>(statement: Sql) {
    return this.#withSession((session) => timed(() => session.query<Row>(statement)));
  }

  queryEncoded<Keys>(statement: Sql, form: EncodedForm): Promise<(EncodedRow & Keys)[]> {
    return this.#withSession((session) => session.queryEncoded<Keys>(statement, form));
  }

  execute(statement: Sql): Promise<number> {
    return this.#withSession((session) => session.execute(statement));
  }

  insert(statement: Sql): Promise<number> {
    return this.#withSession((session) => session.insert(statement));
  }

  async insertRows(table: string, columns: readonly string[], rows: Rows): Promise<void> {
    const tx = await this.begin();
    try {
      await tx.insertRows(table, columns, rows);
      await tx.commit();
    } catch (error) {
      await tx.rollback();
      throw error;
    }
  }

  async begin(): Promise<Transaction> {
    const session = await this.#acquire();
    try {
      await session.command('START TRANSACTION');
    } catch (error) {
      session.release();
      throw error;
    }
    return new MysqlTransaction(this.origin, session, this.#shared.server);
  }

  async close(): Promise<void> {
    if (this.forConnectors !== this) {
      this.#shared.probe.close();
      await this.forConnectors.close();
    }
    // A connection that is lost already need not be closed.
    await new Promise((ended) => this.#pool.end(ended));
  }

  #acquire(): Promise<MysqlSession> {
    return MysqlSession.acquire(this.#pool, this.load, this.#shared);
  }

  async #withSession<T>(work: (session: MysqlSession) => Promise<T>): Promise<T> {
    const session = await this.#acquire();
    try {
      return await work(session);
    } finally {
      session.release();
    }
  }
}

class MysqlTransaction implements Transaction {
  readonly dialect = dialect;
  readonly apart = this;
  #open = true;

  constructor(
    readonly origin: Db,
    readonly session: MysqlSession,
    readonly server: Server,
  ) {}

  query<Row>(statement: Sql): Promise<Row[]> {
    return this.#session().query<Row>(statement);
  }

  timed<Row>(statement: Sql) {
    return timed(() => this.query<Row>(statement));
  }

  queryEncoded<Keys>(statement: Sql, form: EncodedForm): Promise<(EncodedRow & Keys)[]> {
    return this.#session().queryEncoded<Keys>(statement, form);
  }

  execute(statement: Sql): Promise<number> {
    return this.#session().execute(statement);
  }

  insert(statement: Sql): Promise<number> {
    return this.#session().insert(statement);
  }

  insertRows(table: string, columns: readonly string[], rows: Rows): Promise<void> {
    return insertRows(this.#session(), this.server, table, columns, rows);
  }

  async commit(): Promise<void> {
    await this.#session().command('COMMIT');
    this.#end();
  }

  async rollback(): Promise<void> {
    if (!this.#open) return;
    try {
      await this.session.command('ROLLBACK');
    } catch {
      // The server rolls back what a lost connection had open.
      this.session.destroy();
    }
    this.#end();
  }

  #session(): MysqlSession {
    if (!this.#open) throw new Error('the transaction has ended');
    return this.session;
  }

  #end(): void {
    this.#open = false;
    this.session.release();
  }
}

async function withNamedLock<T>(options: mysql.ConnectionOptions, work: () => Promise<T>): Promise<T> {
  const connection = await mysql.createConnection(options);
  try {
    const name = `${options.database}.pam-gateway`.slice(-64);
    const [rows] = await connection.query('SELECT GET_LOCK(?, 60) AS got', [name]);
    if ((rows as { got: number }[])[0]?.got !== 1) throw new Error('another process has been migrating for a minute');
    return await work();
  } finally {
    connection.destroy();
  }
}
