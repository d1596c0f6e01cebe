import 'reflect-metadata';
import { Command } from 'commander';
import { removeOldAudits } from '../features/audits/retention/keep-audits.js';
import { counted } from '../lib/counted.js';
import { withDatabase } from './database.js';
import { Progress } from './progress.js';

export function pruneCommand(): Command {
  return new Command('prune')
    .description(
      'remove the audits that are older than AUDIT_RETENTION_DAYS now; a gateway that serves does it every hour',
    )
    .action(() =>
      withDatabase(async (db, { auditRetentionDays: days }) => {
        if (days === undefined) throw new Error('AUDIT_RETENTION_DAYS is not set: every audit is kept');
        const progress = new Progress('Removed', { unit: 'audits' });
        const removed = await removeOldAudits(db, days, new AbortController().signal, (n) => progress.update(n));
        progress.finish();
        console.log(`${counted(removed, 'audit')} removed, older than ${counted(days, 'day')}`);
      }),
    );
}
