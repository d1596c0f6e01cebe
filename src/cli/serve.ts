import cluster from 'node:cluster';
import { Command } from 'commander';
import { readConfig } from '../config.js';
import { Module } from '../database/module.js';
import { countRecords } from '../database/positions.js';
import { type RunningServer, serve } from '../server/serve.js';
import { serveAsWorker, serveWithWorkers } from '../server/workers.js';
import { wholeNumber } from './option-types.js';

export function serveCommand(): Command {
  return new Command('serve')
    .description('migrate the database, then serve')
    .option('--workers <number>', 'processes that share the port', wholeNumber(1), 1)
    .action(async ({ workers }: { workers: number }) => {
      const config = readConfig(process.env);
      if (workers === 1) return greet(await serve(config));
      if (cluster.isPrimary) return serveWithWorkers(config, workers);
      const server = await serveAsWorker(config);
      if (cluster.worker?.id === 1) await greet(server);
    });
}

async function greet({ db }: RunningServer): Promise<void> {
  if ((await countRecords(db, Module.USER_ACCOUNTS)) === 0) console.error(firstSteps);
}

const firstSteps = `
The database is empty. In another terminal, in this folder:

  npx pam-gateway demo-data                                            believable data to look at, or
  npx pam-gateway import audits FILE                                   records of your own
  npx pam-gateway user create NAME --roles Administrator --scope ALL --password-stdin < FILE
                                                                       the first administrator, with a password from a file

then make a token for a connector: npx pam-gateway token generate --user NAME
`;
