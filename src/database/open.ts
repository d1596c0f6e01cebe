import type { Config } from '../config.js';
import type { Database } from './db.js';
import type { DatabaseLimits } from './dialects/engine.js';
import { engineOf } from './dialects/index.js';

const ACQUIRE_TIMEOUT = 5_000;

export const defaultLimits = databaseLimits({ databaseConnections: 20, statementTimeout: 30_000 });

/** What the settings allow a process of the database: people and connectors have half of the connections each. */
export function databaseLimits({
  databaseConnections,
  statementTimeout,
  rowEncoder,
}: Pick<Config, 'databaseConnections' | 'statementTimeout'> & Partial<Pick<Config, 'rowEncoder'>>): DatabaseLimits {
  return {
    connections: Math.floor(databaseConnections / 2),
    acquireTimeout: ACQUIRE_TIMEOUT,
    statementTimeout,
    ...(rowEncoder && { rowEncoder }),
  };
}

/** Connects to a database that was migrated. */
export function openDatabase(url: string, limits: DatabaseLimits = defaultLimits): Promise<Database> {
  return engineOf(url).open(limits);
}

/** Whether there is something to connect to; opening an embedded database that is not there would make an empty one. */
export function databaseExists(url: string): boolean {
  return engineOf(url).exists();
}

/** The files that the program keeps the database in, whether they are there or not; none if a server keeps it. */
export function databaseFiles(url: string): readonly string[] {
  return engineOf(url).files;
}
