import { Command, Option } from 'commander';
import sql from 'sql-template-tag';
import type { Db, Transaction } from '../database/db.js';
import { findBy } from '../database/rows.js';
import { transaction } from '../database/transaction.js';
import { commandLine, OWN_SOURCE } from '../features/audits/activity-log.js';
import { confirmAccessScope, refuseAccessScope } from '../features/audits/scope-request.service.js';
import { recordUserAccounts } from '../features/audits/user-account.service.js';
import { lockRoles } from '../features/roles/role.queries.js';
import { assignRoles } from '../features/roles/role.service.js';
import { type NewPassword, preparePassword, setPassword } from '../features/sign-in/password.service.js';
import { AccessScope, UserAccount } from '../features/users/user-account.js';
import { userNamed } from '../features/users/user-account.queries.js';
import { noUserNamed, quotedUserName } from '../features/users/user-name.js';
import { AppError } from '../lib/app-error.js';
import { withDatabase } from './database.js';
import { readStandardInput } from './standard-input.js';
import { userLines } from './user-list.js';

interface CreateOptions extends Given {
  source?: string;
  roles: string[];
  passwordStdin?: true;
}

/** What may be said of the record of a user account. */
interface Given {
  fullName?: string;
  email?: string;
  scope?: `${AccessScope}`;
}

export function userCommand(): Command {
  const user = new Command('user').description('user accounts of this gateway');
  user
    .command('create <name>')
    .description(
      'make a user account, or change what is given of one that is there; of one of another source, its roles and password',
    )
    .option('--source <name>', 'the source of the user account, if several sources have the name')
    .requiredOption('--roles <a,b>', 'its roles here, in exchange for those that it had', names)
    .option('--full-name <name>')
    .option('--email <address>')
    .addOption(
      new Option('--scope <scope>', 'which records it sees; a new one OWNED_AND_SHARED where it is left out').choices(
        Object.values(AccessScope),
      ),
    )
    .option('--password-stdin', 'read its password from standard input, which makes it a sign-in and ends its sessions')
    .action(async (name: string, { passwordStdin, roles, source, ...given }: CreateOptions) => {
      const text = passwordStdin && (await readStandardInput());
      const user = { userName: name, source };
      const said = await withDatabase(async (db) => {
        const password =
          text === undefined
            ? undefined
            : await preparePassword(commandLine, name, text, null, await otherNames(db, name, given));
        return transaction(db, (tx) => create(tx, user, roles, given, password));
      });
      console.log(said);
    });
  user
    .command('list')
    .description('show the user accounts, and which roles and sign-ins they have here')
    .action(async () => {
      for (const line of await withDatabase(userLines)) console.log(line);
    });
  scopeCommand(user, 'confirm-scope', 'give a user the access scope ALL that was pushed for it', async (db, id) => {
    await confirmAccessScope(db, commandLine, id);
    return 'sees every record now';
  });
  scopeCommand(user, 'refuse-scope', 'refuse the access scope ALL that was pushed for a user', async (db, id) => {
    await refuseAccessScope(db, commandLine, id);
    return 'keeps its access scope';
  });
  return user;
}

/** Adds a command that settles the access scope that was requested for a user. */
function scopeCommand(
  user: Command,
  name: string,
  description: string,
  settle: (db: Db, userId: number) => Promise<string>,
): void {
  user
    .command(`${name} <name>`)
    .description(`${description}; user list shows for whom it waits`)
    .option('--source <name>', 'the source of the user account, if several sources have the name')
    .action(async (userName: string, { source = null }: { source?: string | null }) => {
      const settled = await withDatabase(async (db) => {
        const named = await userNamed(db, userName, source);
        if (!named) throw new AppError('BAD_USER_INPUT', noUserNamed(userName, source));
        return settle(db, named.id);
      });
      console.log(`${userName} ${settled}`);
    });
}

/** The full names and mail addresses of a user, given now or stored before: a password must not be made of them. */
async function otherNames(db: Db, userName: string, { fullName, email }: Given): Promise<string[]> {
  const stored = await findBy<UserAccount>(db, UserAccount, 'userName', [userName]);
  const all = [fullName, email, ...stored.flatMap((user) => [user.fullName, user.email])];
  return all.filter((name) => typeof name === 'string');
}

async function create(
  tx: Transaction,
  { userName, source: given }: { userName: string; source: string | undefined },
  roles: readonly string[],
  columns: Given,
  password: NewPassword | undefined,
): Promise<string> {
  // As those who change roles by mutation, who would wait for this one's user account otherwise.
  await lockRoles(tx);
  const named = await userNamed(tx, userName, given ?? null);
  const source = named?.source ?? given ?? OWN_SOURCE;
  if (source === OWN_SOURCE) await record(tx, userName, columns);
  else if (!named) throw new AppError('BAD_USER_INPUT', noUserNamed(userName, source));
  else if (Object.keys(columns).length > 0) {
    throw new AppError(
      'BAD_USER_INPUT',
      `${quotedUserName(userName)} is a user account of ${source}, which alone can change its record: give --roles, and --password-stdin where it shall sign in, and nothing else`,
    );
  }
  await assignRoles(tx, commandLine, userName, roles, source);
  if (password) await setPassword(tx, commandLine, { ...password, source });
  return `${named ? 'changed' : 'made'} ${userName} with ${roles.join(', ') || 'no roles'}`;
}

/** A record is the whole of a user account, so what is not given has to be said as it is stored. */
async function record(tx: Transaction, userName: string, { fullName, email, scope }: Given): Promise<void> {
  const [stored] = await findBy<UserAccount>(tx, UserAccount, 'userName', [userName], sql`t.source = ${OWN_SOURCE}`);
  const whole = {
    ...(stored ? { ...stored, modifiedAt: null } : { sourceId: userName, userName }),
    ...(fullName !== undefined && { fullName }),
    ...(email !== undefined && { email }),
    ...(scope !== undefined && { accessScope: scope }),
  };
  const [outcome] = await recordUserAccounts(tx, commandLine, OWN_SOURCE, [whole]);
  if (typeof outcome === 'object' && 'refused' in outcome) throw new AppError('BAD_USER_INPUT', outcome.refused);
}

function names(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}
