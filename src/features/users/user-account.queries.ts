import sql, { raw, type Sql } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import type { Actor } from '../../graphql/context.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { isTrusted } from './trusted-network.queries.js';
import { quotedUserName } from './user-name.js';
import type { Validity } from './validity.js';

/** The user accounts, as `t`, that an actor may see: all, or itself. */
export function visibleUserAccounts(actor: Actor): Sql {
  return actor.scope === 'ALL' ? sql`1 = 1` : sql`t.id = ${actor.userId}`;
}

/** What is read of a user account to identify it. */
export interface NamedUser extends Validity {
  readonly id: number;
  readonly userName: string;
  readonly source: string;
}

/**
 * Finds the user account that a person names. Names are compared exactly, and are unique within a source.
 * @throws UserInputError AMBIGUOUS_USER_NAME if several sources have the name and `source` is null
 */
export function userNamed(db: Db, userName: string, source: string | null = null): Promise<NamedUser | undefined> {
  return onlyUser(db, userName, source, '');
}

/** As `userNamed`, and locks the user account until the transaction ends. */
export function lockUserNamed(
  tx: Transaction,
  userName: string,
  source: string | null = null,
): Promise<NamedUser | undefined> {
  return onlyUser(tx, userName, source, tx.dialect.forUpdate);
}

async function onlyUser(db: Db, userName: string, source: string | null, lock: string): Promise<NamedUser | undefined> {
  const ofSource = source === null ? sql`1 = 1` : sql`source = ${source}`;
  const users = await read(db, sql`user_name = ${userName} AND ${ofSource}`, lock);
  if (users.length < 2) return users[0];
  const sources = users.map((user) => user.source).sort();
  throw new UserInputError(
    'AMBIGUOUS_USER_NAME',
    `several sources have a user account ${quotedUserName(userName)}: ${sources.join(', ')}. Give the source of the one that you mean`,
    ['source'],
  );
}

/** Finds a user account by its id. */
export async function userById(db: Db, id: number): Promise<NamedUser | undefined> {
  const [user] = await read(db, sql`id = ${id}`, '');
  return user;
}

/** A user account that a person may sign in to. */
export interface SignInUser extends NamedUser {
  /** Null if it has no password. */
  readonly hash: string | null;
  readonly passwordChangedAt: string | null;
  /** Whether the user has signed in from the network of the request, as 1 or 0. */
  readonly isTrustedNetwork: number;
}

/** Finds the user account of a name for a sign-in from a network: the one that has a password, else any of that name. */
export async function signInUser(db: Db, userName: string, network: string): Promise<SignInUser | undefined> {
  const time = (column: string) => raw(db.dialect.timeText(column));
  const [user] = await db.query<SignInUser>(
    sql`SELECT u.id, u.user_name AS userName, u.source, u.status, ${time('u.expires_at')} AS expiresAt,
          p.hash, ${time('p.changed_at')} AS passwordChangedAt,
          CASE WHEN n.user_id IS NULL THEN 0 ELSE 1 END AS isTrustedNetwork
        FROM user_accounts u LEFT JOIN passwords p ON p.user_id = u.id
          LEFT JOIN trusted_networks n ON n.user_id = u.id AND ${isTrusted(db, 'n', network)}
        WHERE u.user_name = ${userName} ORDER BY CASE WHEN p.hash IS NULL THEN 1 ELSE 0 END, u.id LIMIT 1`,
  );
  return user;
}

/** Finds the user accounts other than one that people sign in to by a name: there shall be one at most. */
export async function othersSigningInAs(db: Db, userName: string, userId: number): Promise<NamedUser[]> {
  return read(db, sql`user_name = ${userName} AND id <> ${userId} AND id IN (SELECT user_id FROM passwords)`, '');
}

function read(db: Db, where: Sql, lock: string): Promise<NamedUser[]> {
  return db.query<NamedUser>(
    sql`SELECT id, user_name AS userName, source, status, ${raw(db.dialect.timeText('expires_at'))} AS expiresAt
        FROM user_accounts WHERE ${where} ${raw(lock)}`,
  );
}
