import sql, { raw, type Sql } from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { deleteBy, insertAll } from '../../database/rows.js';
import { latestStored } from '../../lib/set-back.js';
import { TrustedNetwork } from './trusted-network.js';

/** Milliseconds that a network is trusted after the last sign-in from it: addresses change hands. */
const LIFETIME = 30 * 24 * 3_600_000;

/** Networks that are kept of one user. */
const MAX_NETWORKS = 10;

/** That a row `alias` is this network, and was signed in from not long ago. */
export function isTrusted(db: Db, alias: string, network: string): Sql {
  const since = db.dialect.timeValue(new Date(Date.now() - LIFETIME).toISOString());
  const signedInAt = raw(`${alias}.signed_in_at`);
  return sql`${raw(alias)}.network = ${network} AND ${signedInAt} > ${since}
    AND ${signedInAt} <= ${db.dialect.timeValue(latestStored())}`;
}

/** Remembers that a user signed in from a network, and forgets those that were used longest ago. */
export async function trustNetwork(tx: Transaction, userId: number, network: string): Promise<void> {
  const signedInAt = new Date().toISOString();
  const known = await networksOf(tx, userId);
  const kept = known.filter((other) => other !== network).slice(0, MAX_NETWORKS - 1);
  for (const other of known) {
    if (!kept.includes(other)) {
      await tx.execute(sql`DELETE FROM trusted_networks WHERE user_id = ${userId} AND network = ${other}`);
    }
  }
  await insertAll(tx, TrustedNetwork, [{ userId, network, signedInAt }]);
}

/** The networks of a user that are kept, last used first. */
export async function networksOf(db: Db, userId: number): Promise<string[]> {
  const rows = await db.query<{ network: string }>(
    sql`SELECT network FROM trusted_networks WHERE user_id = ${userId} ORDER BY signed_in_at DESC, network`,
  );
  return rows.map(({ network }) => network);
}

export function forgetNetworks(tx: Transaction, userId: number): Promise<void> {
  return deleteBy(tx, TrustedNetwork, 'userId', [userId]);
}
