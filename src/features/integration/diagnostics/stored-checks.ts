import { isUtc, type TimeZone } from '../../../lib/time-zone.js';
import type { AnalyticsPlus } from '../analytics-plus.js';
import { type LiveToken, problemOfToken, refusalOfExpired } from '../connector-token.queries.js';
import { IntegrationStatus } from '../integration.js';
import { refusalOfMappedUser, withheldFrom } from '../mapped-user.js';
import type { ModuleImport } from '../module-import.js';
import type { DiagnosticCheck } from './check.js';
import { type Finding, fail, pass, skipped, warn } from './finding.js';

export const storedChecks = ['AUTH_TOKEN', 'LAST_IMPORT', 'CONNECTOR_ADDRESS', 'TIME_ZONE'] as const;

/** What the gateway knows by itself of the integration. */
export interface Stored {
  readonly status: IntegrationStatus;
  /** The token that took effect last. */
  readonly token: LiveToken | undefined;
  /** Whether a newer token waits to be saved. */
  readonly isPending: boolean;
  readonly analyticsPlus: AnalyticsPlus | null;
  readonly imports: readonly ModuleImport[];
  readonly sourceTimeZone: TimeZone;
  /** RFC 3339 in UTC. */
  readonly now: string;
}

/** Looks at what is stored: one check for each of `storedChecks`, in their order. */
export function checkStored(stored: Stored): DiagnosticCheck[] {
  const findings: Record<(typeof storedChecks)[number], Finding> = {
    AUTH_TOKEN: checkToken(stored),
    LAST_IMPORT: checkImports(stored),
    CONNECTOR_ADDRESS: checkAddress(stored),
    TIME_ZONE: checkTimeZone(stored),
  };
  return storedChecks.map((name) => ({ name, ...findings[name] }));
}

function checkToken({ status, token, isPending }: Stored): Finding {
  if (!token) {
    return isPending
      ? fail('The auth token was generated but not saved, so it is refused: save the integration.')
      : fail('There is no auth token: generate one, save the integration, and enter the token in Analytics Plus.');
  }
  if (status === IntegrationStatus.DISABLED) {
    return fail('The integration is disabled, so the auth token is refused: enable it.');
  }
  if (token.userName === null) {
    return fail('The user account of the auth token was deleted: generate a token for another one, and save.');
  }
  const refusal = refusalOfExpired(token) ?? refusalOfMappedUser(token);
  if (refusal) {
    return fail(`The auth token is refused, since ${refusal}. Change that, or generate a token for another user.`);
  }
  const withheld = withheldFrom(token);
  if (withheld) return warn(`Imports are incomplete: ${withheld}.`);
  if (isPending) {
    return warn('A newer auth token was generated but not saved: save the integration, or go on with the present one.');
  }
  const problem = problemOfToken(token);
  return problem ? warn(`Imports will stop: ${problem}.`) : pass('The auth token is in effect.');
}

function checkImports({ imports, now }: Stored): Finding {
  if (imports.length === 0) {
    return warn(
      'Nothing was read with the auth token yet: enter the token in Analytics Plus and start an import there.',
    );
  }
  const minutes = (of: ModuleImport) =>
    Math.max(0, Math.round((Date.parse(now) - Date.parse(of.lastRequestAt)) / 60_000));
  const overdue = imports.filter((one) => one.overdue);
  if (overdue.length > 0) {
    const list = overdue.map((one) => `${one.module} was last read ${minutes(one)} minutes ago`).join(', ');
    return fail(
      `${list}, longer than twice the import schedule: look at the schedule and the sync log in Analytics Plus.`,
    );
  }
  const lagging = imports.filter((one) => !one.caughtUp).map((one) => one.module);
  if (lagging.length > 0) {
    return warn(
      `${lagging.join(', ')} was not read to its end: wait for the import to go on, or look at its sync log.`,
    );
  }
  return pass(`The last request came ${Math.min(...imports.map(minutes))} minutes ago, and every import was complete.`);
}

/** "Blocked / refused to connect: look in the log for the remote host that the API saw" (the product's troubleshooting). */
function checkAddress({ token }: Stored): Finding {
  return token?.lastUsedFrom
    ? pass(`The last request with the auth token came from ${token.lastUsedFrom}.`)
    : skipped('No request came with the auth token yet, so there is no address to tell.');
}

function checkTimeZone({ analyticsPlus, sourceTimeZone }: Stored): Finding {
  const here = `times here are UTC, zone-less times of the source are read in ${sourceTimeZone.name}`;
  if (!analyticsPlus) return skipped(`Analytics Plus has not said its time zone yet; ${here}.`);
  const { timeZone } = analyticsPlus;
  if (isUtc(timeZone)) return pass(`Analytics Plus works in ${timeZone}; ${here}.`);
  return warn(`Analytics Plus works in ${timeZone}, ${here}: let its import read times as UTC.`);
}
