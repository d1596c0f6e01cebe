import sql from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import type { Context } from '../../graphql/context.js';
import { logOf } from '../../graphql/request-log.js';

/** Milliseconds. The longest delay is over long before failures are forgotten. */
const FAILURES_KEPT = 24 * 3_600_000;
const SWEPT_EVERY = 10 * 60_000;

const sweptAt = new WeakMap<Db, number>();

/** Deletes what time has made useless, now and then, with nobody waiting for it. */
export function sweepNowAndThen(context: Context): void {
  const { db } = context;
  const now = Date.now();
  if (now - (sweptAt.get(db.origin) ?? 0) < SWEPT_EVERY) return;
  sweptAt.set(db.origin, now);
  sweep(context, now).catch((err) => logOf(context)?.warn({ err }, 'old sessions and failures were not swept away'));
}

async function sweep({ db, settings }: Context, now: number): Promise<void> {
  const before = (age: number) => db.dialect.timeValue(new Date(now - age).toISOString());
  await db.execute(sql`DELETE FROM sign_in_attempts WHERE attempted_at < ${before(FAILURES_KEPT)}`);
  await db.execute(sql`DELETE FROM sessions WHERE created_at < ${before(settings.sessionTime)}`);
}
