import { pluralize } from '../../../lib/pluralize.js';
import { dayKind, dayOf, MINUTE_MS } from '../calendar.js';
import { RETRIEVED } from '../operations.js';
import { isAvailable } from '../person.js';
import { act } from '../scripted-audit.js';
import { cast, existing, type IncidentKind, momentOf, spread } from './plot.js';

const LASTING = 25 * MINUTE_MS;

/** Somebody of the day shift takes many passwords in the night. */
export const bulkRetrieval: IncidentKind = {
  kind: 'BULK_PASSWORD_RETRIEVAL',
  size: 60,
  least: 4,
  plan(stage, size) {
    const person = cast(stage, ({ shift, worksFrom, worksUntil }) => shift === 'DAY' && worksUntil > worksFrom);
    if (person === undefined) return undefined;
    const fits = (at: number): boolean => dayKind(dayOf(at)) === 'WORKDAY' && isAvailable(person, at, dayOf(at));
    const at = momentOf(stage, 3 + 5 / 60, LASTING, fits);
    if (at === undefined) return undefined;
    const loot = stage.random.sample(existing(stage.accounts, at), size);
    if (loot.length === 0) return undefined;
    const audits = spread(stage.random, at, LASTING, size).map((ms, i) =>
      act(ms, person, RETRIEVED, loot[i % loot.length]!),
    );
    const description = `Works by day, and retrieved ${pluralize(size, 'password')} within 25 minutes at 3 in the morning`;
    return { person, description, audits };
  },
};
