import { Command, Option } from 'commander';
import { transaction } from '../database/transaction.js';
import { recordUserAccounts } from '../features/resources/access-grant.service.js';
import { assignRoles } from '../features/users/role.service.js';
import { AccessScope } from '../features/users/user-account.js';
import { withDatabase } from './database.js';

/** User accounts that were made here, rather than by a PAM product. */
const SOURCE = 'gateway';

interface CreateOptions {
  roles: string[];
  fullName?: string;
  email?: string;
  scope: `${AccessScope}`;
}

export function userCommand(): Command {
  const user = new Command('user').description('user accounts of this gateway');
  user
    .command('create <name>')
    .description('make or change a user account of this gateway')
    .requiredOption('--roles <a,b>', 'its roles here, in exchange for those that it had', names)
    .option('--full-name <name>')
    .option('--email <address>')
    .addOption(
      new Option('--scope <scope>', 'which records it sees')
        .choices(Object.values(AccessScope))
        .default('OWNED_AND_SHARED'),
    )
    .action(async (name: string, options: CreateOptions) => {
      console.log(await withDatabase((db) => transaction(db, (tx) => create(tx, name, options))));
    });
  return user;
}

async function create(
  tx: Parameters<typeof assignRoles>[0],
  userName: string,
  { roles, fullName, email, scope }: CreateOptions,
): Promise<string> {
  const record = { sourceId: userName, userName, fullName: fullName ?? null, email: email ?? null, accessScope: scope };
  const [outcome] = await recordUserAccounts(tx, SOURCE, [record]);
  if (typeof outcome === 'object') throw new Error(outcome.refused);
  await assignRoles(tx, userName, roles);
  return `${outcome === 'ADDED' ? 'made' : 'changed'} ${userName} with ${roles.join(', ') || 'no roles'}`;
}

function names(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}
