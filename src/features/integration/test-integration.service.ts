import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import { transaction } from '../../database/transaction.js';
import type { Context } from '../../graphql/context.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { quote } from '../../lib/quote.js';
import { latestStored } from '../../lib/set-back.js';
import { logActivity, type Operator, OWN_SOURCE, operatorOf } from '../audits/activity-log.js';
import { pendingToken, tokenInEffect } from './connector-token.queries.js';
import { readAuthorities } from './diagnostics/authority-file.js';
import { CheckStatus, type DiagnosticCheck } from './diagnostics/check.js';
import { skipped } from './diagnostics/finding.js';
import { checkStored, type Stored, storedChecks } from './diagnostics/stored-checks.js';
import { connectionChecks, testConnection } from './diagnostics/test-connection.js';
import { analyticsPlusOf, type IntegrationWithTokens, importsOf, lockIntegration } from './integration.queries.js';
import type { Target } from './target.js';

const checkNames: readonly string[] = [...connectionChecks, ...storedChecks];

/** Enough for a person who mends something and looks again; too few to look for hosts with. */
const MAX_RUNS_PER_MINUTE = 6;

const BEGUN = 'Integration Test Begun';

/**
 * Looks at what may keep charts empty: all checks, or those named. Each run is recorded, when it begins and how it ended.
 * @throws UserInputError UNKNOWN_CHECK, TOO_MANY_TESTS, AUTHORITIES_UNUSABLE
 */
export async function testIntegration(context: Context, names: readonly string[] | null): Promise<DiagnosticCheck[]> {
  const { db, settings } = context;
  const wanted = checkWanted(names);
  const isConnecting = connectionChecks.some((name) => wanted.includes(name));
  const file = settings.analyticsPlusCaFile;
  const ca = isConnecting && file !== undefined ? await readAuthorities(file) : undefined;
  const operator = operatorOf(context);
  const integration = await begin(db, operator, wanted);
  const [ofConnection, ofStored] = await Promise.all([
    isConnecting ? checkConnection(context, integration, ca) : [],
    readStored(context, integration).then(checkStored),
  ]);
  const checks = [...ofConnection, ...ofStored].filter(({ name }) => wanted.includes(name));
  await recordEnd(db, operator, checks);
  return checks;
}

function checkWanted(names: readonly string[] | null): readonly string[] {
  if (!names) return checkNames;
  const unknown = names.find((name) => !checkNames.includes(name));
  if (unknown === undefined && names.length > 0) return checkNames.filter((name) => names.includes(name));
  const error = unknown === undefined ? 'no check is named' : `there is no check ${quote(unknown)}`;
  throw new UserInputError('UNKNOWN_CHECK', `${error}; there are: ${checkNames.join(', ')}`, ['checks']);
}

/** The integration as it is tested. Its lock makes copies of the gateway count each other's runs. */
function begin(db: Db, operator: Operator, wanted: readonly string[]): Promise<IntegrationWithTokens> {
  return transaction(db, async (tx) => {
    const integration = await lockIntegration(tx);
    const { timeValue } = tx.dialect;
    const minuteAgo = new Date(Date.now() - 60_000).toISOString();
    const [recent] = await tx.query<{ runs: number }>(
      sql`SELECT COUNT(*) AS runs FROM audits t ${raw(tx.dialect.useIndex('audits_operation'))}
          WHERE t.operation = ${BEGUN} AND t.source = ${OWN_SOURCE} AND t.occurred_at > ${timeValue(minuteAgo)}
            AND t.occurred_at <= ${timeValue(latestStored())}`,
    );
    if (recent!.runs >= MAX_RUNS_PER_MINUTE) {
      const message = `the integration was tested ${recent!.runs} times within a minute: try again in a minute`;
      throw new UserInputError('TOO_MANY_TESTS', message);
    }
    await logActivity(tx, operator, { operation: BEGUN, reason: wanted.join(', ') });
    return integration;
  });
}

function recordEnd(db: Db, operator: Operator, checks: readonly DiagnosticCheck[]): Promise<void> {
  const outcome = checks.some(({ status }) => status === CheckStatus.FAIL) ? 'FAILURE' : 'SUCCESS';
  const reason = checks.map(({ name, status }) => `${name} ${status}`).join(', ');
  return transaction(db, (tx) => logActivity(tx, operator, { operation: 'Integration Tested', outcome, reason }));
}

/** Only ever what an administrator saved. */
async function checkConnection(
  { settings }: Context,
  saved: IntegrationWithTokens,
  ca: string | undefined,
): Promise<DiagnosticCheck[]> {
  if (saved.hostName === null || saved.portNumber === null) {
    const untried = skipped('Not tried: no host name and port are saved, so save the integration first.');
    return connectionChecks.map((name) => ({ name, ...untried }));
  }
  const target: Target = { hostName: saved.hostName, portNumber: saved.portNumber };
  return testConnection(target, { allowLoopback: settings.testIntegrationLoopback, ca });
}

async function readStored({ db, settings, now }: Context, integration: IntegrationWithTokens): Promise<Stored> {
  const token = tokenInEffect(integration.tokens);
  const [analyticsPlus, imports] = await Promise.all([
    analyticsPlusOf(db, integration),
    importsOf(db, integration, now),
  ]);
  return {
    status: integration.status,
    token,
    isPending: pendingToken(integration.tokens) !== undefined,
    analyticsPlus,
    imports,
    sourceTimeZone: settings.sourceTimeZone,
    now,
  };
}
