import 'reflect-metadata';
import { Command } from 'commander';
import { daysAgo, removeOldAudits } from '../features/audits/retention/delete-expired.js';
import { findHold } from '../features/audits/retention/hold.js';
import { pluralize } from '../lib/pluralize.js';
import { withDatabase } from './database.js';
import { Progress } from './progress.js';

export function pruneCommand(): Command {
  return new Command('prune')
    .description(
      'remove the audits that are older than AUDIT_RETENTION_DAYS now; a gateway that serves does it every hour',
    )
    .option(
      '--confirm',
      'remove them even if they are so many, or the newest audit so old, that the clock may be wrong',
    )
    .action(({ confirm = false }: { confirm?: boolean }) =>
      withDatabase(async (db, { auditRetentionDays: days }) => {
        if (days === undefined) throw new Error('AUDIT_RETENTION_DAYS is not set: every audit is kept');
        const before = daysAgo(days);
        const hold = await findHold(db, before);
        if (hold && !confirm) throw new Error(`no audit was removed: ${hold.found}; ${hold.advice}`);
        if (hold) console.error(`${hold.found}; confirmed: removing every audit that occurred before ${before}`);
        const progress = new Progress('Removed', { unit: 'audits' });
        const removed = await removeOldAudits(db, before, new AbortController().signal, (n) => progress.update(n));
        progress.finish();
        console.log(`${pluralize(removed, 'audit')} removed, older than ${pluralize(days, 'day')}`);
      }),
    );
}
