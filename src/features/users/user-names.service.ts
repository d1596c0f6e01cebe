import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { insertAll, updateAll, VALUES_AT_ONCE } from '../../database/rows.js';
import { chunks } from '../../lib/chunks.js';
import { byCodePoints } from '../../lib/code-points.js';
import { IN_USE, NOBODYS, UserName } from './user-names.js';

/** A name as it is stored, and the user account that it means. */
export interface KnownName {
  readonly id: number;
  readonly userId: number | null;
}

interface NamedUserId {
  readonly id: number;
  readonly userName: string;
}

/** Reads whom a source means by some names at the moment; names that were never stored are left out. */
export async function findNames(
  db: Db,
  source: string,
  names: Iterable<string>,
  retired: number = IN_USE,
): Promise<Map<string, KnownName>> {
  const found = new Map<string, KnownName>();
  // Engines store half of a surrogate pair each in its own way.
  const given = new Map<string, string[]>();
  for (const name of new Set(names)) {
    const stored = name.toWellFormed();
    given.set(stored, [...(given.get(stored) ?? []), name]);
  }
  for (const part of chunks([...given.keys()], VALUES_AT_ONCE)) {
    const rows = await db.query<KnownName & { name: string }>(
      sql`SELECT id, name, user_id AS userId FROM user_names
          WHERE source = ${source} AND retired = ${retired} AND name IN (${join(part)})`,
    );
    for (const row of rows) for (const name of given.get(row.name)!) found.set(name, row);
  }
  return found;
}

/**
 * As `findNames`, and stores names that are new. One that no user account of the source has means the user account of a linked
 * source, if one has it.
 */
export async function storeNames(
  tx: Transaction,
  source: string,
  names: Iterable<string>,
): Promise<Map<string, KnownName>> {
  const wanted = new Set(names);
  const known = await findNames(tx, source, wanted);
  const missing = [...wanted].filter((name) => !known.has(name));
  if (missing.length === 0) return known;
  // In one order, so that of two who store the same names one waits for the other, and not each for the other.
  missing.sort(byCodePoints);
  const meant = await accountsNamed(tx, await linkedSources(tx, source), missing);
  await insertNames(
    tx,
    missing.map((name) => ({ source, name, retired: IN_USE, userId: meant.get(name) ?? null })),
  );
  for (const [name, row] of await findNames(tx, source, missing)) known.set(name, row);
  return known;
}

/** Finds or stores a name of a source that never means a user account, even if one gets that name later. */
export async function nobodyNamed(tx: Transaction, source: string, name: string): Promise<number> {
  const found = (await findNames(tx, source, [name], NOBODYS)).get(name);
  if (found) return found.id;
  await insertNames(tx, [{ source, name, retired: NOBODYS, userId: null }]);
  return (await findNames(tx, source, [name], NOBODYS)).get(name)!.id;
}

/** The ids of the names that mean a user account, or meant it when a record came in, as a subquery. */
export function namesOf(userId: number): Sql {
  return sql`(SELECT n.id FROM user_names n WHERE n.user_id = ${userId})`;
}

/** Reads what `namesOf` selects; undefined if they are more than `most`. */
export async function readNamesOf(db: Db, userId: number, most: number): Promise<number[] | undefined> {
  const rows = await db.query<{ id: number }>(
    sql`SELECT id FROM user_names WHERE user_id = ${userId} LIMIT ${raw(String(most + 1))}`,
  );
  return rows.length > most ? undefined : rows.map(({ id }) => id);
}

/** The user accounts that names mean, by the names' ids. Names that mean nobody are left out. */
export async function usersNamed(db: Db, nameIds: Iterable<number>): Promise<Map<number, number>> {
  const users = new Map<number, number>();
  for (const part of chunks([...new Set(nameIds)], VALUES_AT_ONCE)) {
    const rows = await db.query<{ id: number; userId: number }>(
      sql`SELECT id, user_id AS userId FROM user_names WHERE id IN (${join(part)}) AND user_id IS NOT NULL`,
    );
    for (const { id, userId } of rows) users.set(id, userId);
  }
  return users;
}

/**
 * Lets user accounts that are new be meant by their names, in their own source and in those linked to it. What named them
 * before they came is theirs.
 */
export function nameNewUsers(tx: Transaction, source: string, users: readonly NamedUserId[]): Promise<void> {
  return nameUsers(tx, source, users, true);
}

/** Lets user accounts be meant by other names from now on. Records that bear these names already keep their owners. */
export async function renameUsers(tx: Transaction, source: string, users: readonly NamedUserId[]): Promise<void> {
  await retireNamesOf(
    tx,
    users.map(({ id }) => id),
  );
  await nameUsers(tx, source, users, false);
}

/** Lets user accounts no longer be meant by their names. What they had stays theirs, and nobody else's. */
export async function retireNamesOf(tx: Transaction, userIds: readonly number[]): Promise<void> {
  for (const part of chunks(userIds, VALUES_AT_ONCE)) {
    await tx.execute(sql`UPDATE user_names SET retired = id WHERE user_id IN (${join(part)}) AND retired = ${IN_USE}`);
  }
}

async function nameUsers(
  tx: Transaction,
  source: string,
  users: readonly NamedUserId[],
  claims: boolean,
): Promise<void> {
  if (users.length === 0) return;
  for (const one of [source, ...(await linkedSources(tx, source))].sort(byCodePoints)) {
    const known = await findNames(
      tx,
      one,
      users.map(({ userName }) => userName),
    );
    const claimed = new Map<number, Partial<UserName>>();
    const retired = new Map<number, Partial<UserName>>();
    const added: Omit<UserName, 'id'>[] = [];
    for (const { id: userId, userName: name } of users) {
      const row = known.get(name);
      // Another source's user account keeps what it is named there already.
      if (row && row.userId !== null && one !== source) continue;
      if (row && row.userId === null && claims) {
        claimed.set(row.id, { userId });
        continue;
      }
      if (row) retired.set(row.id, { retired: row.id });
      added.push({ source: one, name, retired: IN_USE, userId });
    }
    await updateAll(tx, UserName, claimed);
    await updateAll(tx, UserName, retired);
    // A name that another transaction stores meanwhile ends this one, which is run again.
    await insertAll(tx, UserName, added);
  }
}

/** The sources linked to one. No link comes or goes until the transaction ends. */
export async function linkedSources(tx: Transaction, source: string): Promise<string[]> {
  await tx.query(sql`SELECT value FROM gateway WHERE name = 'source links' ${raw(tx.dialect.forShare)}`);
  const rows = await tx.query<{ source: string }>(
    sql`SELECT other_source AS source FROM source_links WHERE source = ${source}
        UNION ALL SELECT source FROM source_links WHERE other_source = ${source}`,
  );
  return rows.map((row) => row.source).sort(byCodePoints);
}

/** The user accounts that have some names in some sources; if several have one, that of the first source. */
export async function accountsNamed(
  tx: Transaction,
  sources: readonly string[],
  names: readonly string[],
): Promise<Map<string, number>> {
  const accounts = new Map<string, number>();
  for (const source of sources) {
    for (const part of chunks(names, VALUES_AT_ONCE)) {
      const rows = await tx.query<{ id: number; name: string }>(
        sql`SELECT id, user_name AS name FROM user_accounts WHERE source = ${source} AND user_name IN (${join(part)})`,
      );
      for (const { id, name } of rows) if (!accounts.has(name)) accounts.set(name, id);
    }
  }
  return accounts;
}

/** Inserts names, those that are not there. */
async function insertNames(tx: Transaction, names: readonly Omit<UserName, 'id'>[]): Promise<void> {
  for (const part of chunks(names, 200)) {
    const rows = part.map(
      ({ source, name, retired, userId }) => sql`(${source}, ${name.toWellFormed()}, ${retired}, ${userId})`,
    );
    await tx.execute(
      sql`INSERT INTO user_names (source, name, retired, user_id) VALUES ${join(rows)} ${raw(tx.dialect.leaveKnown('name'))}`,
    );
  }
}
