import sql from 'sql-template-tag';
import type { Db } from './db.js';

const ids = new WeakMap<Db, Promise<string>>();
const keys = new WeakMap<Db, Promise<string>>();

/** The id that the database was born with; it is read once. */
export function databaseId(db: Db): Promise<string> {
  return storedFact(ids, db, 'id');
}

/** The key that cursors of this database are sealed with: 32 bytes in base64. It belongs in no log and no answer. */
export function cursorKey(db: Db): Promise<string> {
  return storedFact(keys, db, 'cursor key');
}

/** A fact that never changes; it is read once for each database that is opened. */
function storedFact(stored: WeakMap<Db, Promise<string>>, { origin }: Db, name: string): Promise<string> {
  let fact = stored.get(origin);
  if (!fact) {
    fact = origin.query<{ value: string }>(sql`SELECT value FROM gateway WHERE name = ${name}`).then((rows) => {
      if (!rows[0]) throw new Error(`the table gateway has no row ${name}: restore it from a backup`);
      return rows[0].value;
    });
    fact.catch(() => stored.delete(origin));
    stored.set(origin, fact);
  }
  return fact;
}
