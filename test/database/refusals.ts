import sql from 'sql-template-tag';
import type { Db } from '../../src/database/db.js';

/** The simplest question. */
export const answer = (db: Db) => db.query(sql`SELECT 1 AS one`);

/** The codes of what several calls were refused with; undefined where one was not. */
export async function codes(calls: Promise<unknown>[]): Promise<(string | undefined)[]> {
  const ended = await Promise.allSettled(calls);
  return ended.map((end) => (end.status === 'rejected' ? end.reason.code : undefined));
}
