import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { migrate } from '../database/migrate.js';
import { databaseLimits, openDatabase } from '../database/open.js';
import { buildSchema } from '../schema.js';
import { buildApp } from './app.js';
import { type Background, startBackground } from './background.js';
import { backgroundTasks } from './background-tasks.js';
import { stopAtSignals } from './stop-at-signals.js';
import { syslogListeners } from './syslog.js';

/**
 * Connections that the system accepts for the process while that is busy. If more come at the same time, those of others are
 * dropped, too, and tried again after a second.
 */
const BACKLOG = 4_096;

export interface RunningServer {
  readonly app: FastifyInstance;
  /** Where it listens, as in http://127.0.0.1:4000 */
  readonly address: string;
  readonly db: Database;
  /** Finishes the answers in flight, then closes everything. */
  stop(): Promise<void>;
}

/** Migrates the database, then serves until SIGTERM or SIGINT. */
export function serve(config: Config): Promise<RunningServer> {
  return serveAfter(migrate(config.databaseUrl), config);
}

/** Serves when the database is `migrated`. `listening` is what the log says then. */
export async function serveAfter(
  migrated: Promise<unknown>,
  config: Config,
  listening?: (address: string) => string,
): Promise<RunningServer> {
  // Not every engine takes a migration back that is left in the middle.
  let stop = async (): Promise<void> => {
    await migrated;
  };
  stopAtSignals(() => stop());
  await migrated;
  const db = await openDatabase(config.databaseUrl, databaseLimits(config));
  try {
    const syslog = syslogListeners(config, db);
    const app = await buildApp(config, db, buildSchema(), syslog);
    for (const notice of db.notices) app.log.warn(notice);
    let background: Background | undefined;
    stop = async () => {
      app.log.info('stopping');
      await Promise.all([app.close(), background?.stop()]);
      await db.close();
    };
    const { host, port } = config;
    const address = await app.listen({
      host,
      port,
      backlog: BACKLOG,
      ...(listening && { listenTextResolver: listening }),
    });
    background = startBackground(backgroundTasks(config, db, syslog, app.log), app.log);
    return { app, address, db, stop };
  } catch (error) {
    await db.close().catch(() => {});
    throw error;
  }
}
