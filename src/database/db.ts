import type { Sql } from 'sql-template-tag';
import type { Dialect } from './dialects/dialect.js';
import type { EncodedForm, EncodedRow } from './row-encoding.js';

/** The database: the pool, or one transaction of it. Functions take it first and do not ask which of the two it is. */
export interface Db {
  readonly dialect: Dialect;

  /** The database as it was opened, whatever pool or transaction this is. What a process remembers of a database it keeps under it. */
  readonly origin: Db;

  /** The same database for SELECTs that may read many rows: they must not hold up the process. Within a transaction it is itself. */
  readonly apart: Apart;

  /** The rows of a SELECT, as the driver gives them. */
  query<Row>(statement: Sql): Promise<Row[]>;

  /** The rows of a SELECT, written as text; it selects what `dialect.selectEncoded` says. */
  queryEncoded<Keys>(statement: Sql, form: EncodedForm): Promise<(EncodedRow & Keys)[]>;

  /** Runs a write; how many rows it touched. */
  execute(statement: Sql): Promise<number>;

  /** Inserts a row into a table whose key counts itself; its key. */
  insert(statement: Sql): Promise<number>;

  /** Inserts many rows by the fastest way there is. Throws where not every row went in. */
  insertRows(table: string, columns: readonly string[], rows: Rows): Promise<void>;
}

/** A database for SELECTs that may read many rows. */
export interface Apart extends Db {
  /** The rows of a SELECT, and how long it ran: without the time that it waited to begin. */
  timed<Row>(statement: Sql): Promise<{ readonly rows: Row[]; readonly milliseconds: number }>;
}

/** What may stand in a row. A time is what `dialect.timeValue` makes of it. */
export type Value = string | number | boolean | null;

/** Rows to be inserted together: a list, or what makes each of them in its turn. */
export type Rows = Iterable<readonly Value[]> & { readonly length: number };

/** One transaction. `commit` and `rollback` give its connection back. */
export interface Transaction extends Db {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** Connections in use, and who waits for one. */
export interface Load {
  readonly inUse: number;
  readonly waiting: number;
}

/** A connected database. */
export interface Database extends Db {
  /** The same database for connectors, where possible on connections of their own: an import makes no person wait. */
  readonly forConnectors: Database;

  /** What an operator should know about how the database was opened. */
  readonly notices: readonly string[];

  /** How busy the connections of this pool are. */
  readonly load: Load;

  begin(): Promise<Transaction>;
  close(): Promise<void>;
}
