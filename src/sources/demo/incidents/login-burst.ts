import { pluralize } from '../../../lib/pluralize.js';
import { dayOf, MINUTE_MS, SECOND_MS } from '../calendar.js';
import { RETRIEVED } from '../operations.js';
import { isApiUser, isAvailable } from '../person.js';
import { act } from '../scripted-audit.js';
import { cast, existing, type IncidentKind, momentOf, spread } from './plot.js';

/** RFC 5737 keeps 203.0.113.0/24 for examples: no office is there. */
const FOREIGN = '203.0.113.77';
const GUESSING = 6 * MINUTE_MS;

/** Many failed logins from an address that nobody has, then one that succeeds, and passwords retrieved. */
export const loginBurst: IncidentKind = {
  kind: 'LOGIN_FAILURES_THEN_SUCCESS',
  size: 36,
  least: 5,
  plan(stage, size) {
    const person = cast(stage, (one) => !isApiUser(one) && one.holdings.length > 0 && one.worksUntil > one.worksFrom);
    if (person === undefined) return undefined;
    const at = momentOf(stage, 20 + 41 / 60, 2 * GUESSING, (ms) => isAvailable(person, ms, dayOf(ms)));
    if (at === undefined) return undefined;
    const accounts = existing(person.holdings, at);
    const taken = accounts.length === 0 ? 0 : Math.floor(size / 9);
    const failures = size - taken - 1;
    const from = { ipAddress: FOREIGN, clientType: 'Web Client' };
    const entered = at + GUESSING;
    const audits = [
      ...spread(stage.random, at, GUESSING, failures).map((ms) =>
        act(ms, person, person.login, { ...from, failure: person.login.failure }),
      ),
      act(entered, person, person.login, from),
      ...Array.from({ length: taken }, (_, i) =>
        act(entered + (i + 1) * 15 * SECOND_MS, person, RETRIEVED, { ...stage.random.pick(accounts), ...from }),
      ),
    ];
    const description = `${pluralize(failures, 'failed login')} within 6 minutes from ${FOREIGN}, then one that succeeded and ${pluralize(taken, 'password')} retrieved`;
    return { person, description, audits };
  },
};
