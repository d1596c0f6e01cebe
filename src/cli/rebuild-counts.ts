import 'reflect-metadata';
import { Command } from 'commander';
import { Module } from '../database/module.js';
import { progressOf } from '../database/positions.js';
import { beginRebuild, countUpTo } from '../features/audits/counts/rebuild.js';
import { count } from './count.js';
import { withDatabase } from './database.js';
import { Progress } from './progress.js';

export function rebuildCountsCommand(): Command {
  return new Command('rebuild-counts')
    .description('count all audits anew; the gateway may serve meanwhile, and goes on with it where this is ended')
    .action(() =>
      withDatabase(async (db) => {
        const { position: total, records } = await progressOf(db, Module.AUDITS);
        await beginRebuild(db);
        const progress = new Progress('Audits', { total, unit: 'audits' });
        await countUpTo(db, total, ({ position }) => progress.update(Math.min(position, total)));
        progress.finish(total);
        console.log(`${count(records)} audits are counted`);
      }),
    );
}
