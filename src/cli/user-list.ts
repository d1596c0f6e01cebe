import type { Db } from '../database/db.js';
import { type ListedUser, listUsers } from '../features/users/listed-users.js';
import { isPast } from '../lib/expiry.js';
import { table } from './table.js';

const HEADER = ['USER', 'SOURCE', 'STATE', 'SCOPE', 'SIGN-IN', 'ROLES HERE'];

/** Lists the user accounts, and what was given to them here, as lines of a table. */
export async function userLines(db: Db): Promise<string[]> {
  return table([HEADER, ...(await listUsers(db)).map(cellsOf)]);
}

function cellsOf({ userName, source, status, expiresAt, ...user }: ListedUser): string[] {
  const scope = user.isScopeRequested ? `${user.accessScope} (ALL is requested)` : user.accessScope;
  const state = isPast(expiresAt) ? 'EXPIRED' : status;
  return [userName, source, state, scope, user.canSignIn ? 'yes' : 'no', user.roles || '-'];
}
