import { pluralize } from '../../../lib/pluralize.js';
import { dayOf, MINUTE_MS } from '../calendar.js';
import { ACCOUNT_DELETED, AUDIT_CONFIGURED, AUDIT_PURGED } from '../operations.js';
import { isAdministrator, isAvailable } from '../person.js';
import { act } from '../scripted-audit.js';
import { cast, existing, type IncidentKind, momentOf, spread } from './plot.js';

const LASTING = 18 * MINUTE_MS;

/**
 * An administrator switches auditing off, purges it, and deletes accounts. What was deleted is in no resource any more,
 * so the audits have its name and no id.
 */
export const auditDisabled: IncidentKind = {
  kind: 'AUDIT_DISABLED_AND_ACCOUNTS_DELETED',
  size: 16,
  least: 3,
  plan(stage, size) {
    const person = cast(stage, (one) => isAdministrator(one) && one.worksUntil > one.worksFrom);
    if (person === undefined) return undefined;
    const at = momentOf(stage, 18.8, LASTING, (ms) => isAvailable(person, ms, dayOf(ms)));
    if (at === undefined) return undefined;
    const accounts = existing(stage.accounts, at);
    if (accounts.length === 0) return undefined;
    const audits = spread(stage.random, at, LASTING, size).map((ms, i) => {
      if (i === 0) return act(ms, person, AUDIT_CONFIGURED, { reason: 'Auditing of Account Deleted switched off' });
      if (i === 1) return act(ms, person, AUDIT_PURGED);
      const { resourceSourceId, resourceName } = stage.random.pick(accounts);
      const accountName = `former-admin-${i - 1}`;
      return act(ms, person, ACCOUNT_DELETED, { resourceSourceId, resourceName, accountName });
    });
    const description = `Switched auditing off, purged audit records, and deleted ${pluralize(size - 2, 'account')}`;
    return { person, description, audits };
  },
};
