import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { deleteBy, findBy, insertAll, lockRecords } from '../../database/rows.js';
import { ScopeRequest } from './scope-request.js';
import { UserAccount } from './user-account.js';
import type { UserAccountRecord } from './user-account.record.js';

/** Records as they are to be stored, and the names of the users for whom a wider scope was requested just now. */
interface HeldScopes {
  readonly records: readonly UserAccountRecord[];
  readonly requested: readonly string[];
}

/**
 * Keeps a push from widening what somebody reads: the access scope ALL of a user who has a role, a sign-in or an auth token
 * here is stored as a request, and the record goes on with the scope that the user has. `heldFor` is who pushes; null for
 * those who are trusted with scopes, whose records settle a request.
 */
export async function holdScopes(
  tx: Transaction,
  source: string,
  records: readonly UserAccountRecord[],
  heldFor: string | null,
): Promise<HeldScopes> {
  const widening = heldFor === null ? [] : records.filter(({ accessScope }) => accessScope === 'ALL');
  const isAnyOpen = (await tx.query(sql`SELECT user_id FROM scope_requests LIMIT 1`)).length > 0;
  if (widening.length === 0 && !isAnyOpen) return { records, requested: [] };
  const wanted = isAnyOpen ? records : widening;
  const sourceIds = wanted.map(({ sourceId }) => sourceId);
  const stored = await lockRecords<UserAccount>(tx, UserAccount, source, sourceIds);
  const narrow = widening.flatMap(({ sourceId }) => {
    const user = stored.get(sourceId);
    return user && user.accessScope !== 'ALL' ? [user] : [];
  });
  const held = new Map((await readers(tx, narrow)).map((user) => [user.sourceId, user]));
  const requested = heldFor === null ? [] : await request(tx, [...held.values()], heldFor);
  const settled = [...stored.values()].filter(({ sourceId }) => !held.has(sourceId));
  await deleteBy(
    tx,
    ScopeRequest,
    'userId',
    settled.map(({ id }) => id),
  );
  return {
    records: records.map((record) =>
      record.accessScope === 'ALL' && held.has(record.sourceId)
        ? { ...record, accessScope: held.get(record.sourceId)!.accessScope }
        : record,
    ),
    requested,
  };
}

/** The users who can read something here, or could as soon as they get a role. */
async function readers(tx: Transaction, users: readonly UserAccount[]): Promise<UserAccount[]> {
  if (users.length === 0) return [];
  // The table of auth tokens belongs to a feature above this one.
  const rows = await tx.query<{ id: number }>(
    sql`SELECT u.id FROM user_accounts u WHERE u.id IN (${join(users.map(({ id }) => id))}) AND (
          EXISTS (SELECT 1 FROM role_assignments a WHERE a.user_id = u.id)
          OR EXISTS (SELECT 1 FROM passwords p WHERE p.user_id = u.id)
          OR EXISTS (SELECT 1 FROM connector_tokens c WHERE c.user_id = u.id AND c.revoked_at IS NULL))`,
  );
  const ids = new Set(rows.map(({ id }) => id));
  return users.filter(({ id }) => ids.has(id));
}

/** Stores requests for those users who have none; their names. */
async function request(tx: Transaction, users: readonly UserAccount[], requestedBy: string): Promise<string[]> {
  const ids = users.map(({ id }) => id);
  const open = new Set((await findBy<ScopeRequest>(tx, ScopeRequest, 'userId', ids)).map(({ userId }) => userId));
  const others = users.filter(({ id }) => !open.has(id));
  const requestedAt = new Date().toISOString();
  await insertAll(
    tx,
    ScopeRequest,
    others.map(({ id: userId }) => ({ userId, requestedBy, requestedAt, refusedAt: null })),
  );
  return others.map(({ userName }) => userName);
}

/** The most requests that are read at once. */
const MAX_REQUESTS = 1_000;

/** Reads requests of scopes, the oldest first. */
export function readScopeRequests(db: Db): Promise<ScopeRequest[]> {
  return read(db, sql`1 = 1`);
}

/** Finds the request for a user. */
export async function scopeRequestOf(db: Db, userId: number): Promise<ScopeRequest | undefined> {
  const [request] = await read(db, sql`s.user_id = ${userId}`);
  return request;
}

/** Of some users of a source, by their source's ids, those whose wider scope is held. */
export async function heldSourceIds(db: Db, source: string, sourceIds: readonly string[]): Promise<Set<string>> {
  if (sourceIds.length === 0) return new Set();
  const wanted = new Set(sourceIds);
  const rows = await db.query<{ sourceId: string }>(
    sql`SELECT u.source_id AS sourceId FROM scope_requests s JOIN user_accounts u ON u.id = s.user_id
        WHERE u.source = ${source}`,
  );
  return new Set(rows.map(({ sourceId }) => sourceId).filter((sourceId) => wanted.has(sourceId)));
}

function read(db: Db, where: Sql): Promise<ScopeRequest[]> {
  const time = (column: string) => raw(db.dialect.timeText(column));
  return db.query<ScopeRequest>(
    sql`SELECT s.user_id AS userId, u.user_name AS userName, u.source, s.requested_by AS requestedBy,
          ${time('s.requested_at')} AS requestedAt, ${time('s.refused_at')} AS refusedAt
        FROM scope_requests s JOIN user_accounts u ON u.id = s.user_id WHERE ${where}
        ORDER BY s.requested_at, s.user_id LIMIT ${MAX_REQUESTS}`,
  );
}
