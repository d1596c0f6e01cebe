import { dayKind, dayOf, MINUTE_MS } from '../calendar.js';
import { addressOf, OFFICES } from '../company.js';
import { RETRIEVED } from '../operations.js';
import { isApiUser, isAvailable } from '../person.js';
import { act } from '../scripted-audit.js';
import { cast, existing, type IncidentKind, momentOf, spread } from './plot.js';

const LASTING = 7 * MINUTE_MS;

/** One user account, one resource, two cities, a few minutes. */
export const twoCities: IncidentKind = {
  kind: 'RESOURCE_USED_FROM_TWO_CITIES',
  size: 6,
  least: 2,
  plan(stage, size) {
    const person = cast(stage, (one) => !isApiUser(one) && one.holdings.length > 0 && one.worksUntil > one.worksFrom);
    if (person === undefined) return undefined;
    const fits = (at: number): boolean =>
      dayKind(dayOf(at)) === 'WORKDAY' &&
      isAvailable(person, at, dayOf(at)) &&
      existing(person.holdings, at).length > 0;
    const at = momentOf(stage, 15.4, LASTING, fits);
    if (at === undefined) return undefined;
    const account = stage.random.pick(existing(person.holdings, at));
    const elsewhere = stage.random.pick(OFFICES.filter((office) => office !== person.office));
    const ipAddress = addressOf(elsewhere.network, person.index);
    const audits = spread(stage.random, at, LASTING, size).map((ms, i) =>
      act(ms, person, RETRIEVED, i % 2 === 0 ? account : { ...account, ipAddress }),
    );
    const description = `Used ${account.resourceName} from ${person.office.city} (${person.address}) and ${elsewhere.city} (${ipAddress}) within 7 minutes`;
    return { person, description, audits };
  },
};
