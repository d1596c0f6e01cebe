import { pluralize } from '../../../lib/pluralize.js';
import { dayKind, dayOf, HOUR_MS } from '../calendar.js';
import { RETRIEVED } from '../operations.js';
import { isDormant } from '../person.js';
import { act } from '../scripted-audit.js';
import { cast, existing, type IncidentKind, momentOf, spread } from './plot.js';

/** A user account that nobody used for months is used again. */
export const dormantAccount: IncidentKind = {
  kind: 'DORMANT_ACCOUNT_AWAKENED',
  size: 14,
  least: 2,
  plan(stage, size) {
    const person = cast(stage, isDormant);
    if (person === undefined) return undefined;
    const at = momentOf(
      stage,
      11.35,
      HOUR_MS,
      (ms) => dayKind(dayOf(ms)) === 'WORKDAY' && existing(person.holdings, ms).length > 0,
    );
    if (at === undefined) return undefined;
    const accounts = existing(person.holdings, at);
    const audits = spread(stage.random, at, HOUR_MS, size).map((ms, i) =>
      i === 0 ? act(ms, person, person.login) : act(ms, person, RETRIEVED, stage.random.pick(accounts)),
    );
    const description = `Had not logged in since ${person.record.lastLoginAt!.slice(0, 10)}, and retrieved ${pluralize(size - 1, 'password')} within an hour`;
    return { person, description, audits };
  },
};
