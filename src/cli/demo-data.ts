import { Command } from 'commander';
import { Module } from '../database/module.js';
import { loadDemo } from '../sources/demo/load-demo.js';
import type { DemoOptions, DemoWorld } from '../sources/demo/world.js';
import { withDatabase } from './database.js';
import { wholeNumber } from './option-types.js';
import { Progress } from './progress.js';

/** How the options read on the command line, with the size of `npm run demo`. */
export function demoDataCommand(): Command {
  return new Command('demo-data')
    .description('make believable data: same options, same rows')
    .option('--resources <n>', 'resources', wholeNumber(1), 500)
    .option('--users <n>', 'user accounts', wholeNumber(1), 200)
    .option('--audits <n>', 'audits', wholeNumber(0), 100_000)
    .option('--days <n>', 'days that the audits are spread over', wholeNumber(1), 180)
    .option('--seed <n>', 'another seed, other rows', wholeNumber(0), 1)
    .option(
      '--until <time>',
      'when the audits end, RFC 3339; the beginning of today where it is left out',
      startOfToday(),
    )
    .action(async (options: DemoOptions) => {
      await withDatabase(async (db) => {
        const { added, world } = await loadWithProgress((onProgress) => loadDemo(db, options, onProgress), options);
        for (const module of Object.values(Module)) console.log(`${module.padEnd(14)} ${added[module]} added`);
        printIncidents(world);
      });
    });
}

/** Runs `load` under a progress bar for each module. */
export function loadWithProgress<T>(
  load: (onProgress: (module: Module, done: number) => void) => Promise<T>,
  { resources, users, audits }: Pick<DemoOptions, 'resources' | 'users' | 'audits'>,
): Promise<T> {
  const totals = { RESOURCES: resources, USER_ACCOUNTS: users, AUDITS: audits };
  const labels = { RESOURCES: 'Resources', USER_ACCOUNTS: 'User Accounts', AUDITS: 'Audits' };
  const bars = new Map<Module, Progress>();
  return load((module, done) => {
    let bar = bars.get(module);
    if (!bar) {
      bar = new Progress(labels[module], { total: totals[module] });
      bars.set(module, bar);
    }
    bar.update(done);
    if (done >= totals[module]) bar.finish(done);
  });
}

/** Who did what unusual, and when. */
export function printIncidents({ incidents }: DemoWorld): void {
  console.log(`\nPlanted incidents (${incidents.length}):`);
  for (const { at, userName, kind, description, auditCount } of incidents) {
    console.log(`  ${at}  ${userName}  ${kind} (${auditCount} audits)\n      ${description}`);
  }
}

export function startOfToday(): string {
  return `${new Date().toISOString().slice(0, 10)}T00:00:00.000Z`;
}
