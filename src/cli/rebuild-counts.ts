import 'reflect-metadata';
import { Command } from 'commander';
import type { Db } from '../database/db.js';
import { Module } from '../database/module.js';
import { progressOf } from '../database/positions.js';
import { beginRebuild, countUpTo } from '../features/audits/rollups/rebuild.js';
import { count } from './count.js';
import { withDatabase } from './database.js';
import { Progress } from './progress.js';

export function rebuildCountsCommand(): Command {
  return new Command('rebuild-counts')
    .description('count all audits anew; the gateway may serve meanwhile, and goes on with it where this is ended')
    .action(() =>
      withDatabase(async (db) => {
        await beginRebuild(db);
        console.log(`${count(await countWithProgress(db))} audits are counted`);
      }),
    );
}

/** Waits under a progress bar until all audits that there are now are counted; how many they are. */
export async function countWithProgress(db: Db): Promise<number> {
  const { position, records } = await progressOf(db, Module.AUDITS);
  const progress = new Progress('Counted', { total: position, unit: 'audits' });
  await countUpTo(db, position, (soFar) => progress.update(Math.min(soFar.position, position)));
  progress.finish(position);
  return records;
}
