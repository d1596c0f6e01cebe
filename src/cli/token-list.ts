import type { Db } from '../database/db.js';
import type { IngestToken } from '../features/ingest/ingest-token.js';
import { readIngestTokens } from '../features/ingest/ingest-token.service.js';
import { type LiveToken, liveTokens, problemOfToken } from '../features/integration/connector-token.queries.js';
import { endsSoon, isPast } from '../lib/expiry.js';
import { table } from './table.js';

const HEADER = ['ID', 'TOKEN', 'FOR', 'MADE', 'BY', 'LAST USED', 'EXPIRES', 'STATE'];

/** Lists the tokens that were not revoked, of both kinds, as lines of a table. */
export async function tokenLines(db: Db): Promise<string[]> {
  const auth = (await liveTokens(db)).map(authCells);
  const ingest = (await readIngestTokens(db)).map(ingestCells);
  return table([HEADER, ...auth, ...ingest]);
}

function authCells(token: LiveToken): string[] {
  const { id, hint, userName, generatedAt, generatedBy, lastUsedAt, tokenExpiresAt, savedAt } = token;
  const unsaved = savedAt ? 'in effect' : 'not saved: refused until the integration is saved, and after a day';
  const whose = userName ?? '(deleted)';
  return [
    ...[`auth-${id}`, `${hint}...`, whose, generatedAt, generatedBy ?? '?', lastUsedAt ?? 'never'],
    ...[tokenExpiresAt ?? 'never', problemOfToken(token) ?? unsaved],
  ];
}

function ingestCells({
  id,
  hint,
  name,
  source,
  generatedAt,
  generatedBy,
  lastUsedAt,
  expiresAt,
}: IngestToken): string[] {
  const state = isPast(expiresAt) ? 'expired: refused' : endsSoon(expiresAt) ? 'expires soon' : 'in effect';
  return [
    ...[`ingest-${id}`, `${hint}...`, `${name} (${source ?? 'any source'})`, generatedAt, generatedBy ?? '?'],
    ...[lastUsedAt ?? 'never', expiresAt ?? 'never', state],
  ];
}
