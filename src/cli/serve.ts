import { Command } from 'commander';
import { readConfig } from '../config.js';
import { Module } from '../database/module.js';
import { countRecords } from '../database/positions.js';
import { serve } from '../server/serve.js';

export function serveCommand(): Command {
  return new Command('serve').description('migrate the database, then serve').action(async () => {
    const server = await serve(readConfig(process.env));
    if ((await countRecords(server.db, Module.USER_ACCOUNTS)) === 0) console.error(firstSteps);
  });
}

const firstSteps = `
The database is empty. In another terminal, in this folder:

  npx pam-gateway demo-data                                            believable data to look at, or
  npx pam-gateway import audits FILE                                   records of your own
  npx pam-gateway user create NAME --roles Administrator --scope ALL --password-stdin < FILE
                                                                       the first administrator, with a password from a file

then make a token for a connector: npx pam-gateway token generate --user NAME
`;
