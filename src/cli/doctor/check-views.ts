import type { Config } from '../../config.js';
import type { Database } from '../../database/db.js';
import { IntegrationStatus } from '../../features/integration/integration.js';
import { readIntegration } from '../../features/integration/integration.queries.js';
import { type Reader, readReaders } from '../../features/integration/readers.js';
import { seenBy, seenLines } from '../seen.js';
import type { Check } from './check.js';

/** Readers of each kind that are looked at. */
const MAX_READERS = 20;

/** Says of each token in effect and each user who can sign in how many records it sees, and why not all. */
export async function checkViews(db: Database, config: Config): Promise<Check[]> {
  const { status } = await readIntegration(db);
  const checks: Check[] = [];
  for (const reader of await readReaders(db, MAX_READERS)) checks.push(await checkView(db, config, reader, status));
  return checks;
}

async function checkView(db: Database, config: Config, reader: Reader, status: IntegrationStatus): Promise<Check> {
  const name = `view of ${reader.name}`;
  const isOff = reader.isToken && status === IntegrationStatus.DISABLED;
  const refused = isOff ? 'the integration is disabled' : reader.refused;
  if (refused !== undefined) return { name, passed: true, isWarning: true, detail: `sees nothing: ${refused}` };
  const seen = await seenBy(db, config, reader);
  const isWarning = reader.isToken && seen.some(({ count }) => count === 0);
  return { name, passed: true, isWarning, detail: seenLines(seen).join(' | ') };
}
