import sql, { raw, type Sql } from 'sql-template-tag';
import type { Db } from '../../database/db.js';

/** What says whether a user account is in use. */
export interface Validity {
  readonly status: string;
  /** RFC 3339 in UTC; null where it does not expire. */
  readonly expiresAt: string | null;
}

/** `now` in milliseconds. */
export function isActive({ status, expiresAt }: Validity, now: number): boolean {
  return status === 'ACTIVE' && (expiresAt === null || Date.parse(expiresAt) > now);
}

/** As `isActive`, said in SQL of the user accounts that `alias` stands for. */
export function isActiveIn(db: Db, alias: string, now: number): Sql {
  const [status, expiresAt] = [raw(`${alias}.status`), raw(`${alias}.expires_at`)];
  const time = db.dialect.timeValue(new Date(now).toISOString());
  return sql`${status} = 'ACTIVE' AND (${expiresAt} IS NULL OR ${expiresAt} > ${time})`;
}
