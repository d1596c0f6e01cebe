import type { Db, Transaction } from '../../database/db.js';
import { Module } from '../../database/module.js';
import { deleteBy, differences, findBy, insertAll } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import type { Actor } from '../../graphql/context.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { AppError } from '../../lib/app-error.js';
import { quote } from '../../lib/quote.js';
import { isUtc, TimeZone } from '../../lib/time-zone.js';
import { holdsToken } from '../../lib/token.js';
import { logActivity, type Operator } from '../audits/activity-log.js';
import { AnalyticsPlus } from './analytics-plus.js';
import { forgetConnectors } from './connector.js';
import { type LiveToken, tokensInEffect } from './connector-token.queries.js';
import { portError } from './host-name.js';
import { beginningOf } from './import-period.js';
import type { ConnectAnalyticsPlusInput } from './integration.inputs.js';
import { IntegrationStatus } from './integration.js';
import { lockIntegration } from './integration.queries.js';
import { privilegeOf } from './mapped-user.js';
import { MINIMUM_ANALYTICS_PLUS_BUILD } from './minimum-build.js';

const MAX_HOST_NAME_LENGTH = 255;

/** A week. */
const MAX_MINUTES = 10_080;

/** What a token was narrowed to, and what its holder should know. */
export interface Connected {
  readonly modules: readonly Module[];
  readonly warnings: readonly string[];
}

/**
 * Keeps what Analytics Plus says of itself and narrows its token to the modules and the period that it chose, from now on.
 * @throws UserInputError NOT_A_CONNECTOR, or what is wrong with the input
 * @throws AppError UNAUTHENTICATED where the token is no longer in effect
 */
export async function connectAnalyticsPlus(
  db: Db,
  operator: Operator,
  { tokenId, privileges }: Actor,
  input: ConnectAnalyticsPlusInput,
): Promise<Connected> {
  if (tokenId === undefined) {
    throw new UserInputError('NOT_A_CONNECTOR', 'only Analytics Plus connects, with its auth token: you are signed in');
  }
  check(input);
  const modules = Object.values(Module).filter((module) => input.modules.includes(module));
  await transaction(db, (tx) => store(tx, operator, tokenId, input, modules));
  forgetConnectors(db);
  const withheld = modules.filter((module) => !privileges.has(privilegeOf[module]));
  return {
    modules: modules.filter((module) => !withheld.includes(module)),
    warnings: [
      ...(isUtc(input.timeZone) ? [] : [timeZoneWarning(input.timeZone)]),
      ...withheld.map((module) => `${module} is refused until the token's user has a role with ${privilegeOf[module]}`),
    ],
  };
}

/** What an integration was narrowed to must not widen by a new token: the last connection of the tokens before goes over to it. */
export async function carryConnection(
  tx: Transaction,
  before: readonly Pick<LiveToken, 'id'>[],
  { id: tokenId }: Pick<LiveToken, 'id'>,
): Promise<void> {
  const ids = before.map(({ id }) => id);
  const connections = await findBy<AnalyticsPlus>(tx, AnalyticsPlus, 'tokenId', ids);
  const last = connections.sort((a, b) => (a.connectedAt < b.connectedAt ? -1 : 1)).at(-1);
  if (last) await insertAll(tx, AnalyticsPlus, [{ ...last, tokenId }]);
}

async function store(
  tx: Transaction,
  operator: Operator,
  tokenId: number,
  input: ConnectAnalyticsPlusInput,
  modules: readonly Module[],
): Promise<void> {
  const { status, tokens } = await lockIntegration(tx);
  // It was let in by what was known of it up to a second ago.
  const isInEffect = tokensInEffect(tokens).some(({ id }) => id === tokenId);
  if (!isInEffect || status === IntegrationStatus.DISABLED) {
    throw new AppError('UNAUTHENTICATED', 'the auth token was revoked, or the integration disabled, meanwhile');
  }
  const said = {
    build: input.build,
    reportedHostName: input.hostName,
    reportedPortNumber: input.portNumber,
    timeZone: input.timeZone,
    modules: modules.join(','),
    importPeriod: input.importPeriod,
    importEveryMinutes: input.importEveryMinutes,
  };
  const [before] = await findBy<AnalyticsPlus>(tx, AnalyticsPlus, 'tokenId', [tokenId]);
  const now = new Date().toISOString();
  const importedSince = beginningOf(input.importPeriod, now);
  await deleteBy(tx, AnalyticsPlus, 'tokenId', [tokenId]);
  await insertAll(tx, AnalyticsPlus, [{ tokenId, ...said, importedSince, connectedAt: now }]);
  if (before && Object.keys(differences(before, said)).length === 0) return;
  await logActivity(tx, operator, { operation: 'Analytics Plus Connected', reason: describe(said) });
}

function describe(said: Omit<AnalyticsPlus, 'tokenId' | 'importedSince' | 'connectedAt'>): string {
  const { build, reportedHostName, reportedPortNumber, timeZone, modules, importPeriod, importEveryMinutes } = said;
  return `build ${build}, says it is ${reportedHostName} port ${reportedPortNumber} in ${timeZone}; modules ${modules}, period ${importPeriod}, every ${importEveryMinutes} minutes`;
}

/** @throws UserInputError for the first thing that is wrong */
function check(input: ConnectAnalyticsPlusInput): void {
  const { build, hostName, portNumber, timeZone, modules, importEveryMinutes } = input;
  if (build < MINIMUM_ANALYTICS_PLUS_BUILD) {
    throw new UserInputError(
      'BUILD_TOO_OLD',
      `build ${build} of Analytics Plus is too old: upgrade it to build ${MINIMUM_ANALYTICS_PLUS_BUILD} or later`,
      ['input', 'build'],
    );
  }
  if (holdsToken(hostName)) {
    throw new UserInputError('INVALID_HOST_NAME', 'this is an auth token: write a host name', ['input', 'hostName']);
  }
  if (!/^[^\p{C}\p{Z}]+$/u.test(hostName) || [...hostName].length > MAX_HOST_NAME_LENGTH) {
    throw new UserInputError(
      'INVALID_HOST_NAME',
      `a host name has 1 to ${MAX_HOST_NAME_LENGTH} characters that can be seen, and no space`,
      ['input', 'hostName'],
    );
  }
  const badPort = portError(portNumber);
  if (badPort) throw new UserInputError('INVALID_PORT_NUMBER', badPort, ['input', 'portNumber']);
  if (modules.length === 0) {
    throw new UserInputError('NO_MODULE', 'no module is chosen: choose one or more', ['input', 'modules']);
  }
  if (importEveryMinutes < 1 || importEveryMinutes > MAX_MINUTES) {
    throw new UserInputError(
      'INVALID_IMPORT_SCHEDULE',
      `importEveryMinutes is ${importEveryMinutes}: it must be from 1 to ${MAX_MINUTES}, which is a week`,
      ['input', 'importEveryMinutes'],
    );
  }
  checkTimeZone(timeZone);
}

function checkTimeZone(name: string): void {
  try {
    new TimeZone(name);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserInputError('INVALID_TIME_ZONE', error.message, ['input', 'timeZone']);
  }
}

function timeZoneWarning(timeZone: string): string {
  return `every time here is in UTC, and says so with its Z: read it so, and show it in ${quote(timeZone)} where people look at it`;
}
