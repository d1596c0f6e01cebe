import sql, { raw } from 'sql-template-tag';
import type { Transaction } from '../../database/db.js';
import { transaction } from '../../database/transaction.js';
import { clientOf } from '../../graphql/client.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { pluralize } from '../../lib/pluralize.js';
import { latestStored } from '../../lib/set-back.js';
import { sha256 } from '../../lib/sha256.js';
import { logActivity, operatorOf } from '../audits/activity-log.js';
import { SESSION_ID_LENGTH } from '../users/session.js';
import type { OwnSession } from './account.js';

/** Sessions that are listed at once. */
const MAX_LISTED = 100;

/** The sessions of the user who asks that have not ended, last used first. */
export async function ownSessions(context: Context): Promise<OwnSession[]> {
  const { db, settings } = context;
  const time = (column: string) => raw(db.dialect.timeText(column));
  const latest = db.dialect.timeValue(latestStored());
  const after = (age: number) => db.dialect.timeValue(new Date(Date.now() - age).toISOString());
  const rows = await db.query<Omit<OwnSession, 'id' | 'current'> & { hash: string }>(
    sql`SELECT hash, ${time('created_at')} AS createdAt, ${time('last_seen_at')} AS lastSeenAt,
          last_seen_from AS lastSeenFrom, client_name AS clientName
        FROM sessions WHERE user_id = ${actorOf(context).userId}
          AND created_at > ${after(settings.sessionTime)} AND created_at <= ${latest}
          AND last_seen_at > ${after(settings.sessionIdleTime)} AND last_seen_at <= ${latest}
        ORDER BY last_seen_at DESC, created_at DESC, hash LIMIT ${MAX_LISTED}`,
  );
  const current = currentHash(context);
  return rows.map(({ hash, ...row }) => ({ ...row, id: hash.slice(0, SESSION_ID_LENGTH), current: hash === current }));
}

/**
 * Ends a session of the user who asks; if it is the one of the request, its cookie too.
 * @throws UserInputError NOT_FOUND
 */
export async function endOwnSession(context: Context, id: string): Promise<{ ended: true }> {
  const isId = new RegExp(`^[0-9a-f]{${SESSION_ID_LENGTH}}$`).test(id);
  const ended = await transaction(context.db, async (tx) => {
    const found = isId
      ? await tx.execute(sql`DELETE FROM sessions WHERE user_id = ${actorOf(context).userId} AND hash LIKE ${`${id}%`}`)
      : 0;
    if (found > 0) await recordEnded(tx, context, 'one that the user chose');
    return found > 0;
  });
  if (!ended) throw new UserInputError('NOT_FOUND', 'you have no session of this id: it may have ended', ['id']);
  if (currentHash(context).startsWith(id)) clientOf(context).setSession(null);
  return { ended };
}

/** Ends all sessions of the user who asks but the one of the request; how many there were. */
export function endOtherSessions(context: Context): Promise<number> {
  return transaction(context.db, async (tx) => {
    const ended = await tx.execute(
      sql`DELETE FROM sessions WHERE user_id = ${actorOf(context).userId} AND hash <> ${currentHash(context)}`,
    );
    if (ended > 0) await recordEnded(tx, context, pluralize(ended, 'other session'));
    return ended;
  });
}

function currentHash(context: Context): string {
  return sha256(clientOf(context).sessionId ?? '');
}

function recordEnded(tx: Transaction, context: Context, reason: string): Promise<void> {
  const { userName } = actorOf(context);
  return logActivity(tx, operatorOf(context), { operation: 'Session Ended', userName, reason });
}
