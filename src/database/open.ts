import type { Database } from './db.js';
import type { DatabaseLimits } from './dialects/engine.js';
import { engineOf } from './dialects/index.js';

export const defaultLimits: DatabaseLimits = { connections: 10, acquireTimeout: 5_000, statementTimeout: 30_000 };

/** Connects to a database that was migrated. */
export function openDatabase(url: string, limits: DatabaseLimits = defaultLimits): Promise<Database> {
  return engineOf(url).open(limits);
}
