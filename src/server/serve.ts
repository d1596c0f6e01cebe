import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { migrate } from '../database/migrate.js';
import { openDatabase } from '../database/open.js';
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

/** Migrates the database, then serves. */
export async function serve(config: Config): Promise<RunningServer> {
  await migrate(config.databaseUrl);
  const db = await openDatabase(config.databaseUrl, {
    connections: config.databaseConnections,
    acquireTimeout: 5_000,
    statementTimeout: config.statementTimeout,
  });
  try {
    const app = await buildApp(config, db, buildSchema());
    const address = await app.listen({ host: config.host, port: config.port });
    const stop = async (): Promise<void> => {
      await app.close();
      await db.close();
    };
    return { app, address, db, stop };
  } catch (error) {
    await db.close().catch(() => {});
    throw error;
  }
}

/** Stops a server at SIGTERM or SIGINT; then the process has nothing left to do and exits 0. A second signal ends it at once. */
export function stopAtSignals(server: RunningServer): void {
  const stop = (signal: NodeJS.Signals): void => {
    process.once(signal, () => process.exit(1));
    server.app.log.info({ signal }, 'stopping');
    server.stop().then(
      () => process.exit(0),
      (error) => {
        server.app.log.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
