import { Command } from 'commander';
import sql from 'sql-template-tag';
import type { Db } from '../database/db.js';
import { commandLine } from '../features/audits/activity-log.js';
import { linkSources, readSourceLinks, unlinkSources } from '../features/ingest/source-link.service.js';
import { withDatabase } from './database.js';

export function sourceCommand(): Command {
  const source = new Command('source').description('sources of records, and which of them name the same people');
  source
    .command('list')
    .description('the sources that name users, how many of the names mean a user account, and the links')
    .action(async () => {
      for (const line of await withDatabase(linesOf)) console.log(line);
    });
  source
    .command('link <source> <other>')
    .description('declare that two sources name the same people; gateway is that of user create')
    .action(async (one: string, other: string) => {
      await withDatabase((db) => linkSources(db, commandLine, one, other));
      console.log(`${one} and ${other} are linked`);
    });
  source
    .command('unlink <source> <other>')
    .description('take a link back')
    .action(async (one: string, other: string) => {
      const was = await withDatabase((db) => unlinkSources(db, commandLine, one, other));
      console.log(was ? `${one} and ${other} are no longer linked` : `${one} and ${other} were not linked`);
    });
  return source;
}

async function linesOf(db: Db): Promise<string[]> {
  const rows = await db.query<{ source: string; names: number; meant: number }>(
    sql`SELECT source, COUNT(*) AS names, COUNT(user_id) AS meant FROM user_names
        WHERE retired = 0 GROUP BY source ORDER BY source`,
  );
  const links = await readSourceLinks(db);
  return [
    ...rows.map(({ source, names, meant }) => `${source}: ${names} user names, ${meant} of them of a user account`),
    ...links.map(({ source, otherSource, linkedBy, linkedAt }) => {
      return `${source} and ${otherSource}: linked by ${linkedBy} at ${linkedAt}`;
    }),
  ];
}
