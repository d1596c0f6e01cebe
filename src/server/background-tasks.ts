import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { keepRefusals } from '../features/audits/refusals/refusal-tally.js';
import { deleteExpired } from '../features/audits/retention/delete-expired.js';
import type { Hold } from '../features/audits/retention/hold.js';
import { runRollupWorker } from '../features/audits/rollups/rollup-worker.js';
import type { SyslogListener } from '../sources/syslog/listener.js';
import type { BackgroundTask } from './background.js';
import { pulling } from './pulling.js';

/** What goes on beside the requests, in each process that serves. */
export function backgroundTasks(
  config: Config,
  db: Database,
  syslog: readonly SyslogListener[],
  log: FastifyBaseLogger,
): BackgroundTask[] {
  return [
    { name: 'the count of refusals', run: (stop) => keepRefusals(db, stop) },
    {
      name: 'the removal of old audits',
      run: (stop) => deleteExpired(db, config.auditRetentionDays, stop, (hold) => logHold(hold, log)),
    },
    { name: 'the rollup worker', run: (stop) => runRollupWorker(db, stop) },
    ...syslog.map((listener) => ({
      name: `the syslog listener ${listener.name}`,
      run: (stop: AbortSignal) => listener.run(stop, log),
    })),
    ...(config.pam?.schedule ? [pulling(config, db, log)] : []),
  ];
}

function logHold(hold: Hold | null, log: FastifyBaseLogger): void {
  if (hold) log.warn({ reason: hold.reason }, `old audits are not removed: ${hold.found}; ${hold.advice}`);
  else log.info('old audits are removed again');
}
