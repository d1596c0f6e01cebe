import { type Config, readConfig } from '../config.js';
import type { Database } from '../database/db.js';
import { migrate } from '../database/migrate.js';
import { databaseLimits, openDatabase } from '../database/open.js';

/** Runs a command's work on the migrated database of the settings. */
export async function withDatabase<T>(work: (db: Database, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  await migrate(config.databaseUrl);
  const db = await openDatabase(config.databaseUrl, databaseLimits(config));
  try {
    return await work(db, config);
  } finally {
    await db.close();
  }
}
