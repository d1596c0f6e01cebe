import type { DataSourceOptions } from 'typeorm';
import type { Database } from '../db.js';

/** How an engine is opened. */
export interface Engine {
  /** The files that the program keeps the database in; none if a server does. */
  readonly files: readonly string[];

  open(limits: DatabaseLimits): Promise<Database>;

  /** False where it is known, without connecting, that there is nothing to connect to. */
  exists(): boolean;

  /** Options of TypeORM, which keeps the tables' history; the program's own statements do not go through it. */
  dataSourceOptions(): Promise<DataSourceOptions>;

  /** Runs `work` while no other process can run its own. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

export interface DatabaseLimits {
  /** Connections at once, for people and for connectors each. */
  connections: number;
  /** Milliseconds to wait for a free connection. */
  acquireTimeout: number;
  /** Milliseconds that one statement may take. */
  statementTimeout: number;
  /** How rows of MySQL and MariaDB are encoded: by the fast encoder if it works, or plainly. Default: auto. */
  rowEncoder?: 'auto' | 'plain';
}
