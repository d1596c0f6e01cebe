import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import type { Context } from '../../graphql/context.js';
import { logOf } from '../../graphql/request-log.js';

/** Milliseconds. The longest delay is over long before failures are forgotten. */
const FAILURES_KEPT = 24 * 3_600_000;
const SWEPT_EVERY = 10 * 60_000;

/** Rows of one statement: whoever guesses by many names leaves more than one statement has the time for. */
const SWEPT_AT_ONCE = 5_000;

/** In milliseconds of `performance.now()`. */
const sweptAt = new WeakMap<Db, number>();

/** Deletes what time has made useless, now and then, with nobody waiting for it. */
export function sweepNowAndThen(context: Context): void {
  const { db } = context;
  const now = performance.now();
  if (now - (sweptAt.get(db.origin) ?? Number.NEGATIVE_INFINITY) < SWEPT_EVERY) return;
  sweptAt.set(db.origin, now);
  sweep(context, Date.now()).catch((err) =>
    logOf(context)?.warn({ err }, 'old sessions and failures were not swept away'),
  );
}

async function sweep({ db, settings }: Context, now: number): Promise<void> {
  await sweepOlder(db, 'sign_in_attempts', 'name_hash', 'attempted_at', now - FAILURES_KEPT);
  await sweepOlder(db, 'sessions', 'hash', 'created_at', now - settings.sessionTime);
}

/** Deletes rows from before a time, part by part. */
async function sweepOlder(
  db: Db,
  table: 'sign_in_attempts' | 'sessions',
  key: 'name_hash' | 'hash',
  column: 'attempted_at' | 'created_at',
  time: number,
): Promise<void> {
  const before = db.dialect.timeValue(new Date(time).toISOString());
  const isOld = sql`${raw(column)} < ${before}`;
  let swept = SWEPT_AT_ONCE;
  while (swept === SWEPT_AT_ONCE) {
    // Not every engine deletes from a table that a subquery reads, unless that is a table of its own.
    swept = await db.execute(
      sql`DELETE FROM ${raw(table)} WHERE ${isOld} AND ${raw(key)} IN (
            SELECT ${raw(key)} FROM (SELECT ${raw(key)} FROM ${raw(table)} WHERE ${isOld} LIMIT ${SWEPT_AT_ONCE}) s)`,
    );
  }
}
