import sql from 'sql-template-tag';
import type { Db } from './db.js';

const ids = new WeakMap<Db, Promise<string>>();
const keys = new WeakMap<Db, Promise<string>>();

/** The id that the database was born with; it is read once. */
export function databaseId(db: Db): Promise<string> {
  return keptFact(ids, db, 'id');
}

/** The key that cursors of this database are sealed with: 32 bytes in base64. It belongs in no log and no answer. */
export function cursorKey(db: Db): Promise<string> {
  return keptFact(keys, db, 'cursor key');
}

/** A fact that never changes; it is read once for each database that is opened. */
function keptFact(kept: WeakMap<Db, Promise<string>>, { origin }: Db, name: string): Promise<string> {
  let fact = kept.get(origin);
  if (!fact) {
    fact = origin.query<{ value: string }>(sql`SELECT value FROM gateway WHERE name = ${name}`).then((rows) => {
      if (!rows[0]) throw new Error(`the table gateway has no row ${name}: restore it from a backup`);
      return rows[0].value;
    });
    fact.catch(() => kept.delete(origin));
    kept.set(origin, fact);
  }
  return fact;
}
