import sql, { raw, type Sql } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import type { Actor } from '../../graphql/context.js';
import type { Validity } from './validity.js';

/** The user accounts, as `t`, that an actor may see: all, or itself. */
export function visibleUserAccounts(actor: Actor): Sql {
  return actor.scope === 'ALL' ? sql`1 = 1` : sql`t.id = ${actor.userId}`;
}

/** What is read of a user account by its name. */
export interface NamedUser extends Validity {
  readonly id: number;
  readonly userName: string;
}

/** The user account of a name; names are compared exactly. */
export function userNamed(db: Db, userName: string): Promise<NamedUser | undefined> {
  return read(db, userName, '');
}

/** As `userNamed`, kept from other transactions until this one ends: what is written of it is not left behind by a deletion. */
export function lockUserNamed(tx: Transaction, userName: string): Promise<NamedUser | undefined> {
  return read(tx, userName, tx.dialect.forUpdate);
}

async function read(db: Db, userName: string, lock: string): Promise<NamedUser | undefined> {
  const [user] = await db.query<NamedUser>(
    sql`SELECT id, user_name AS userName, status, ${raw(db.dialect.timeText('expires_at'))} AS expiresAt
        FROM user_accounts WHERE user_name = ${userName} ${raw(lock)}`,
  );
  return user;
}
