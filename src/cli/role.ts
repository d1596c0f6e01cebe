import { Command } from 'commander';
import type { Db } from '../database/db.js';
import { listRoles } from '../features/roles/role.queries.js';
import { withDatabase } from './database.js';
import { table } from './table.js';

export function roleCommand(): Command {
  const role = new Command('role').description('roles, which say what a user may do in this gateway');
  role
    .command('list')
    .description('show the roles, what each allows, and how many users have it')
    .action(async () => {
      for (const line of await withDatabase(roleLines)) console.log(line);
    });
  return role;
}

async function roleLines(db: Db): Promise<string[]> {
  const rows = (await listRoles(db)).map(({ name, users, privileges }) => [
    name,
    String(users),
    privileges.join(', ') || '-',
  ]);
  return table([['ROLE', 'USERS', 'PRIVILEGES'], ...rows]);
}
