import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { findBy, insertAll, selectList, tableOf, updateAll } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { byCodePoints } from '../../lib/code-points.js';
import { quote } from '../../lib/quote.js';
import { logActivity, type Operator, OWN_SOURCE } from '../audits/activity-log.js';
import { SourceLink } from '../users/source-link.js';
import { scopeWidened } from '../users/user-account.service.js';
import { IN_USE, UserName } from '../users/user-names.js';
import { linkedSources } from '../users/user-names.service.js';
import { labelError } from './source-name.js';

/** Names of one statement. */
const NAMES_AT_ONCE = 500;

/** Reads all links, in the order of the sources' names. */
export function readSourceLinks(db: Db): Promise<SourceLink[]> {
  return db.query<SourceLink>(
    sql`SELECT ${selectList(db.dialect, SourceLink, tableOf(SourceLink).columns.keys(), 't')}
        FROM source_links t ORDER BY t.source, t.other_source`,
  );
}

/**
 * Declares that two sources name the same people. Names that no user account of their own source has, then mean the user
 * account of the other, for records that are stored as well. Linked again, nothing changes.
 * @throws UserInputError INVALID_SOURCE
 */
export async function linkSources(db: Db, by: Operator, one: string, other: string): Promise<SourceLink> {
  const [source, otherSource] = pairOf(one, other);
  return transaction(db, async (tx) => {
    await lockLinks(tx);
    const known = await linkOf(tx, source, otherSource);
    if (known) return known;
    const linkedAt = new Date().toISOString();
    await insertAll(tx, SourceLink, [{ source, otherSource, linkedAt, linkedBy: by.userName }]);
    await adoptNames(tx, source, otherSource);
    await adoptNames(tx, otherSource, source);
    await logActivity(tx, by, { operation: 'Sources Linked', reason: inWords(source, otherSource) });
    return (await linkOf(tx, source, otherSource))!;
  });
}

/**
 * Takes a link back: names of one source no longer mean user accounts of the other. Whether there was one.
 * @throws UserInputError INVALID_SOURCE
 */
export async function unlinkSources(db: Db, by: Operator, one: string, other: string): Promise<boolean> {
  const [source, otherSource] = pairOf(one, other);
  return transaction(db, async (tx) => {
    await lockLinks(tx);
    const removed = await tx.execute(
      sql`DELETE FROM source_links WHERE source = ${source} AND other_source = ${otherSource}`,
    );
    if (removed === 0) return false;
    await disownNames(tx, source, otherSource);
    await disownNames(tx, otherSource, source);
    for (const left of [source, otherSource]) {
      for (const linked of await linkedSources(tx, left)) await adoptNames(tx, left, linked);
    }
    await logActivity(tx, by, { operation: 'Sources Unlinked', reason: inWords(source, otherSource) });
    return true;
  });
}

/** Lets names of a source that mean nobody mean the user accounts of another. */
function adoptNames(tx: Transaction, source: string, from: string): Promise<void> {
  return changeNames(
    tx,
    sql`SELECT n.id, u.id AS userId FROM user_names n
        JOIN user_accounts u ON u.source = ${from} AND u.user_name = n.name
        WHERE n.source = ${source} AND n.retired = ${IN_USE} AND n.user_id IS NULL`,
    (userId) => userId,
  );
}

/** Lets names of a source that mean user accounts of another mean nobody. */
function disownNames(tx: Transaction, source: string, from: string): Promise<void> {
  return changeNames(
    tx,
    sql`SELECT n.id, u.id AS userId FROM user_names n
        JOIN user_accounts u ON u.source = ${from} AND u.id = n.user_id
        WHERE n.source = ${source}`,
    () => null,
  );
}

/** Changes whom names mean, some at once. Only the feeds of users who own such records start over. */
async function changeNames(tx: Transaction, select: Sql, meaning: (userId: number) => number | null): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await tx.query<{ id: number; userId: number }>(
      sql`${select} AND n.id > ${after} ORDER BY n.id LIMIT ${raw(String(NAMES_AT_ONCE))}`,
    );
    if (rows.length === 0) return;
    after = rows.at(-1)!.id;
    await updateAll(tx, UserName, new Map(rows.map(({ id, userId }) => [id, { userId: meaning(userId) }])));
    const used = await usedNames(
      tx,
      rows.map(({ id }) => id),
    );
    await scopeWidened(tx, [...new Set(rows.filter(({ id }) => used.has(id)).map(({ userId }) => userId))]);
  }
}

/** Those of some names that a resource or an audit refers to. */
async function usedNames(tx: Transaction, ids: readonly number[]): Promise<Set<number>> {
  const rows = await tx.query<{ id: number }>(
    sql`SELECT n.id FROM user_names n WHERE n.id IN (${join([...ids])}) AND (
          EXISTS (SELECT 1 FROM resources r WHERE r.owner_name_id = n.id)
          OR EXISTS (SELECT 1 FROM audits t WHERE t.operator_name_id = n.id))`,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Keeps links, and names that are stored because of them, from other transactions until this one ends. */
async function lockLinks(tx: Transaction): Promise<void> {
  await tx.query(sql`SELECT value FROM gateway WHERE name = 'source links' ${raw(tx.dialect.forUpdate)}`);
}

async function linkOf(tx: Transaction, source: string, otherSource: string): Promise<SourceLink | undefined> {
  const [link] = await findBy<SourceLink>(tx, SourceLink, 'source', [source], sql`t.other_source = ${otherSource}`);
  return link;
}

/** The two names in their order. The gateway's own source is one as well: that of user accounts made by the command line. */
function pairOf(source: string, otherSource: string): [string, string] {
  for (const [argument, name] of Object.entries({ source, otherSource })) {
    const error = name === OWN_SOURCE ? undefined : labelError(name);
    if (error) throw new UserInputError('INVALID_SOURCE', `${argument}: ${error}`, [argument]);
  }
  if (source === otherSource) {
    throw new UserInputError('INVALID_SOURCE', 'a source is linked to another one: give two names', ['otherSource']);
  }
  return [source, otherSource].sort(byCodePoints) as [string, string];
}

function inWords(source: string, otherSource: string): string {
  return `${quote(source, 64)} and ${quote(otherSource, 64)}`;
}
