import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { migrate } from '../database/migrate.js';
import { databaseLimits, openDatabase } from '../database/open.js';
import { buildSchema } from '../schema.js';
import { buildApp } from './app.js';

export interface RunningServer {
  readonly app: FastifyInstance;
  /** Where it listens, as in http://127.0.0.1:4000 */
  readonly address: string;
  readonly db: Database;
  /** Finishes the answers in flight, then closes everything. */
  stop(): Promise<void>;
}

/** Migrates the database, then serves until SIGTERM or SIGINT. */
export async function serve(config: Config): Promise<RunningServer> {
  const migrated = migrate(config.databaseUrl);
  // Not every engine takes a migration back that is left in the middle.
  let stop = async (): Promise<void> => {
    await migrated;
  };
  stopAtSignals(() => stop());
  await migrated;
  const db = await openDatabase(config.databaseUrl, databaseLimits(config));
  try {
    const app = await buildApp(config, db, buildSchema());
    stop = async () => {
      app.log.info('stopping');
      await app.close();
      await db.close();
    };
    const address = await app.listen({ host: config.host, port: config.port });
    return { app, address, db, stop };
  } catch (error) {
    await db.close().catch(() => {});
    throw error;
  }
}

/** At the first signal the process finishes its answers and exits 0. A second signal ends it at once. */
function stopAtSignals(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    stop().then(
      () => process.exit(0),
      (error) => {
        console.error('could not stop cleanly:', error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
