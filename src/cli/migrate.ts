import { Command } from 'commander';
import { readConfig } from '../config.js';
import { migrate } from '../database/migrate.js';

export function migrateCommand(): Command {
  return new Command('migrate').description('bring the database to the newest migration').action(async () => {
    const ran = await migrate(readConfig(process.env).databaseUrl);
    console.log(ran.length > 0 ? ran.map((name) => `ran ${name}`).join('\n') : 'nothing to migrate');
  });
}
