import type { Db } from '../../database/db.js';
import { readIngestTokens } from '../../features/ingest/ingest-token.service.js';
import { liveTokens, problemOfToken } from '../../features/integration/connector-token.queries.js';
import { readScopeRequests } from '../../features/users/held-scopes.js';
import { endsSoon, isPast } from '../../lib/expiry.js';
import { pluralize } from '../../lib/pluralize.js';
import type { Check } from './check.js';

/** Looks at what each token is refused for or soon will be, and at scopes that wait for an administrator. */
export async function checkTokens(db: Db): Promise<Check[]> {
  const auth = (await liveTokens(db)).filter(({ savedAt }) => savedAt !== null);
  const ingest = await readIngestTokens(db);
  const problems = [
    ...auth.flatMap((token) => (problemOfToken(token) ? [`${token.hint}...: ${problemOfToken(token)}`] : [])),
    ...ingest.flatMap(({ hint, expiresAt }) => {
      if (!endsSoon(expiresAt)) return [];
      return [`${hint}...: the ingest token ${isPast(expiresAt) ? 'expired' : 'expires'} at ${expiresAt}`];
    }),
  ];
  const isWarning = problems.length > 0;
  const detail = isWarning ? problems.join('; ') : `${pluralize(auth.length + ingest.length, 'token')} in effect`;
  const tokens = { name: 'tokens', passed: true, isWarning, detail };
  const waiting = (await readScopeRequests(db)).filter(({ refusedAt }) => refusedAt === null);
  if (waiting.length === 0) return [tokens];
  const names = waiting.map(({ userName }) => userName).join(', ');
  const scopes = `accessScope ALL was pushed for ${names} and waits: pam-gateway user confirm-scope NAME, or refuse-scope`;
  return [tokens, { name: 'access scopes', passed: true, isWarning: true, detail: scopes }];
}
