import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import type { BackgroundTask } from './background.js';

/** What goes on beside the requests, in each process that serves. */
export function backgroundTasks(_config: Config, _db: Database): BackgroundTask[] {
  return [];
}
