import sql from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { findBy, insertAll, selectList } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { expiryError } from '../../lib/expiry.js';
import { newToken, tokenHash } from '../../lib/token.js';
import { logActivity, type Operator } from '../audits/activity-log.js';
import type { OwnOperation } from '../audits/own-operations.js';
import { describeIngestToken } from './describe-ingest-token.js';
import { forgetIngestTokens } from './ingest-token.actor.js';
import { IngestToken } from './ingest-token.js';
import { labelError, sourceError } from './source-name.js';

const HINT_LENGTH = 10;

/** The columns that are shown of a token. */
const shown = [
  'id',
  'hint',
  'name',
  'source',
  'generatedAt',
  'generatedBy',
  'expiresAt',
  'firstUsedAt',
  'lastUsedAt',
  'lastUsedFrom',
];

/** The ingest tokens that were not revoked, in the order in which they were generated. */
export function readIngestTokens(db: Db): Promise<IngestToken[]> {
  return db.query<IngestToken>(
    sql`SELECT ${selectList(db.dialect, IngestToken, shown, 't')} FROM ingest_tokens t
        WHERE t.revoked_at IS NULL ORDER BY t.id`,
  );
}

/**
 * Makes a token that is in effect at once. The token is in the answer and nowhere else.
 * @throws UserInputError INVALID_NAME, INVALID_SOURCE, INVALID_EXPIRY
 */
export async function generateIngestToken(
  db: Db,
  operator: Operator,
  { name, source, expiresAt = null }: Pick<IngestToken, 'name' | 'source'> & { expiresAt?: string | null },
): Promise<{ token: string; ingestToken: IngestToken }> {
  const badName = labelError(name);
  if (badName) throw new UserInputError('INVALID_NAME', `name: ${badName}`, ['name']);
  const badSource = source === null ? undefined : sourceError(source);
  if (badSource) throw new UserInputError('INVALID_SOURCE', `source: ${badSource}`, ['source']);
  const badExpiry = expiryError(expiresAt);
  if (badExpiry) throw new UserInputError('INVALID_EXPIRY', badExpiry, ['expiresAt']);
  const token = newToken('pai_');
  const hash = tokenHash(token);
  return transaction(db, async (tx) => {
    const generatedAt = new Date().toISOString();
    const hint = token.slice(0, HINT_LENGTH);
    const generatedBy = operator.userName;
    await insertAll(tx, IngestToken, [{ hash, hint, name, source, generatedAt, generatedBy, expiresAt }]);
    const [ingestToken] = await findBy<IngestToken>(tx, IngestToken, 'hash', [hash]);
    await record(tx, operator, 'Ingest Token Generated', ingestToken!);
    return { token, ingestToken: ingestToken! };
  });
}

/** Revokes the tokens of an id, of a name, or those that a hash stands for; how many there were to be revoked. */
export async function revokeIngestTokens(
  db: Db,
  operator: Operator,
  column: 'id' | 'name' | 'hash',
  value: string | number,
): Promise<number> {
  const revoked = await transaction(db, async (tx) => {
    const found = await findBy<IngestToken>(tx, IngestToken, column, [value], sql`t.revoked_at IS NULL`);
    let count = 0;
    for (const token of found) {
      const now = tx.dialect.timeValue(new Date().toISOString());
      const changed = await tx.execute(
        sql`UPDATE ingest_tokens SET revoked_at = ${now} WHERE id = ${token.id} AND revoked_at IS NULL`,
      );
      if (changed > 0) await record(tx, operator, 'Ingest Token Revoked', token);
      count += changed;
    }
    return count;
  });
  forgetIngestTokens(db);
  return revoked;
}

function record(tx: Transaction, operator: Operator, operation: OwnOperation, token: IngestToken): Promise<void> {
  return logActivity(tx, operator, { operation, reason: describeIngestToken(token) });
}
