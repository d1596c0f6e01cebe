import sql from 'sql-template-tag';
import type { Transaction } from './db.js';

/** Audits that may be inserted with one block of ids. */
export const BLOCK_SIZE = 10_000;

/**
 * Takes a block of ids for audits; its first one. The engine counts blocks outside of the transaction, so that writers
 * do not wait for each other here, and counts them one by one, so that nothing is assumed of the step between two.
 */
export async function takeAuditIds(tx: Transaction): Promise<number> {
  const block = await tx.insert(sql`INSERT INTO audit_id_blocks (taken) VALUES (1)`);
  await tx.execute(sql`DELETE FROM audit_id_blocks WHERE block = ${block}`);
  return block * BLOCK_SIZE;
}
