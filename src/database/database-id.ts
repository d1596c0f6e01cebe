import sql from 'sql-template-tag';
import type { Db } from './db.js';

const ids = new WeakMap<Db, Promise<string>>();

/** The id that the database was born with; it is read once. */
export function databaseId(db: Db): Promise<string> {
  let id = ids.get(db.origin);
  if (!id) {
    id = db.query<{ value: string }>(sql`SELECT value FROM gateway WHERE name = 'id'`).then(([row]) => row!.value);
    id.catch(() => ids.delete(db.origin));
    ids.set(db.origin, id);
  }
  return id;
}
