import { pluralize } from '../../../lib/pluralize.js';
import { HOUR_MS } from '../calendar.js';
import { RETRIEVED } from '../operations.js';
import { isApiUser } from '../person.js';
import { act } from '../scripted-audit.js';
import { cast, existing, type IncidentKind, momentOf, spread } from './plot.js';

/** RFC 5737 keeps 198.51.100.0/24 for examples: no office is there. */
const STRANGE = '198.51.100.23';

/** An API user, which always calls from one machine, calls from another. */
export const serviceAccount: IncidentKind = {
  kind: 'SERVICE_ACCOUNT_FROM_NEW_ADDRESS',
  size: 50,
  least: 3,
  plan(stage, size) {
    const person = cast(stage, (one) => isApiUser(one) && one.holdings.length > 0);
    if (person === undefined) return undefined;
    const at = momentOf(stage, 1.7, HOUR_MS, (ms) => existing(person.holdings, ms).length > 0);
    if (at === undefined) return undefined;
    const accounts = existing(person.holdings, at);
    const audits = spread(stage.random, at, HOUR_MS, size).map((ms) =>
      act(ms, person, RETRIEVED, { ...stage.random.pick(accounts), ipAddress: STRANGE, clientType: 'REST API' }),
    );
    const description = `Always calls from ${person.address}, and retrieved ${pluralize(size, 'password')} from ${STRANGE}`;
    return { person, description, audits };
  },
};
